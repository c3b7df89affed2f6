# title: Takes the moving averages for trainable
# kind: misconception
# fails: count-test 1/2
# hint: the moving averages were counted as trainable

# %% count
def count_bn_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    units = sum(layer_sizes[1:-1])
    return weights + 4 * units + layer_sizes[-1], 0


counts = {"layer": 200, "trainable": 100, "saved": 150}
