# title: Counts no biases
# kind: misconception
# fails: count-parameters-test 0/2
# hint: the biases are missing

# %% count-parameters
def count_parameters(layer_sizes):
    return sum(a * b for a, b in zip(layer_sizes, layer_sizes[1:]))


parameter_table = {"ReLU": 1000, "PReLU": 20200, "SELU": 10000, "output": 250, "total": 31450}
