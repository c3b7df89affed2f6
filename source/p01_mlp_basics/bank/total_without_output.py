# title: Leaves the output layer out of the total
# kind: misconception
# fails: count-parameters-test 1/2
# hint: the total leaves out the output layer

# %% count-parameters
def count_parameters(layer_sizes):
    return sum((a + 1) * b for a, b in pairwise(layer_sizes))


parameter_table = {"ReLU": 1100, "PReLU": 20400, "SELU": 10050, "output": 255, "total": 31550}
