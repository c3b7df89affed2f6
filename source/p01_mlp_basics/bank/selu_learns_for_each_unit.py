# title: Counts two parameters for SELU
# kind: misconception
# fails: count-parameters-test 1/2
# hint: SELU was given two parameters

# %% count-parameters
def count_parameters(layer_sizes):
    return sum((a + 1) * b for a, b in pairwise(layer_sizes))


parameter_table = {"ReLU": 1100, "PReLU": 20400, "SELU": 10052, "output": 255, "total": 31807}
