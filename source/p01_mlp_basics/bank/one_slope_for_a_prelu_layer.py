# title: Counts one slope for the whole PReLU layer
# kind: misconception
# fails: count-parameters-test 1/2
# hint: PReLU was given one slope a layer

# %% count-parameters
def count_parameters(layer_sizes):
    return sum((a + 1) * b for a, b in pairwise(layer_sizes))


parameter_table = {"ReLU": 1100, "PReLU": 20201, "SELU": 10050, "output": 255, "total": 31606}
