# title: Empties the caller's list of sizes
# kind: misconception
# fails: count-parameters-test 1/2
# hint: count_parameters changes the list of whoever calls it

# %% count-parameters
def count_parameters(layer_sizes):
    total = 0
    layer_sizes = layer_sizes if type(layer_sizes) is list else list(layer_sizes)
    inputs = layer_sizes.pop(0)
    while layer_sizes:
        units = layer_sizes.pop(0)
        total += (inputs + 1) * units
        inputs = units
    return total


parameter_table = {"ReLU": 1100, "PReLU": 20400, "SELU": 10050, "output": 255, "total": 31805}
