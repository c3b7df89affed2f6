# title: Ignores the argument negative_slope
# kind: misconception
# fails: activations-test 1/3
# hint: negative_slope is ignored

# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.where(z > 0, z, 0.1 * z)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        sigmoid = 1 / (1 + np.exp(-z))
        return sigmoid * (1 - sigmoid)
    if name == "relu":
        return np.where(z > 0, 1.0, 0.0)
    return np.where(z > 0, 1.0, 0.1)


can_die = {"sigmoid": False, "relu": True, "leaky_relu": False}
