# title: Gives the number of all parameters first
# kind: misconception
# fails: count-test 1/2
# hint: the first number holds all parameters

# %% count
def count_bn_parameters(layer_sizes):
    weights = sum(a * b for a, b in pairwise(layer_sizes))
    units = sum(layer_sizes[1:-1])
    return weights + 4 * units + layer_sizes[-1], 2 * units


counts = {"layer": 200, "trainable": 100, "saved": 150}
