# title: Stops counting before the last layer
# kind: misconception
# fails: count-parameters-test 1/2
# hint: the last layer was not counted

# %% count-parameters
def count_parameters(layer_sizes):
    total = 0
    for i in range(len(layer_sizes) - 2):
        total += (layer_sizes[i] + 1) * layer_sizes[i + 1]
    return total


parameter_table = {"ReLU": 1100, "PReLU": 20400, "SELU": 10050, "output": 255, "total": 31805}
