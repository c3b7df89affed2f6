# title: Saves the biases of the last layer too
# kind: misconception
# fails: count-test 1/2
# hint: the last layer keeps its biases

# %% count
def count_bn_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    units = sum(layer_sizes[1:-1])
    return weights + 2 * units + layer_sizes[-1], 2 * units


counts = {"layer": 200, "trainable": 100, "saved": 160}
