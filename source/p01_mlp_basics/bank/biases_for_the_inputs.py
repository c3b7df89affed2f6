# title: Counts biases of the inputs too
# kind: misconception
# fails: count-parameters-test 1/2
# hint: the inputs were given biases too

# %% count-parameters
def count_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    return weights + sum(layer_sizes)


parameter_table = {"ReLU": 1100, "PReLU": 20400, "SELU": 10050, "output": 255, "total": 31805}
