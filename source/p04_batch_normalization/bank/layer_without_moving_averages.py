# title: Forgets the moving averages
# kind: misconception
# fails: count-test 1/2
# hint: the moving averages belong to the layer too

# %% count
def count_bn_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    units = sum(layer_sizes[1:-1])
    return weights + 2 * units + layer_sizes[-1], 2 * units


counts = {"layer": 100, "trainable": 100, "saved": 150}
