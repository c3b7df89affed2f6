# title: Counts a single bias for each layer
# kind: misconception
# fails: count-parameters-test 1/2
# hint: each layer was given a single bias

# %% count-parameters
def count_parameters(layer_sizes):
    return sum(a * b + 1 for a, b in pairwise(layer_sizes))


parameter_table = {"ReLU": 1100, "PReLU": 20400, "SELU": 10050, "output": 255, "total": 31805}
