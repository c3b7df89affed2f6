# title: Counts biases in the hidden layers
# kind: misconception
# fails: count-test 1/2
# hint: the hidden layers were given biases

# %% count
def count_bn_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    units = sum(layer_sizes[1:-1])
    return weights + 3 * units + layer_sizes[-1], 2 * units


counts = {"layer": 200, "trainable": 100, "saved": 150}
