# title: Takes all 200 parameters for trainable
# kind: misconception
# fails: count-test 1/2
# hint: the moving averages are not learned by gradient descent

# %% count
def count_bn_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    units = sum(layer_sizes[1:-1])
    return weights + 2 * units + layer_sizes[-1], 2 * units


counts = {"layer": 200, "trainable": 200, "saved": 150}
