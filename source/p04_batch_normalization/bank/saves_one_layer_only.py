# title: Counts the biases of one hidden layer
# kind: misconception
# fails: count-test 1/2
# hint: there are three hidden layers

# %% count
def count_bn_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    units = sum(layer_sizes[1:-1])
    return weights + 2 * units + layer_sizes[-1], 2 * units


counts = {"layer": 200, "trainable": 100, "saved": 50}
