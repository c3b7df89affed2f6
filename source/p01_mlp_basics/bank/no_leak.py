# title: Writes the plain ReLU
# kind: misconception
# fails: activations-test 2/3
# hint: negative inputs give 0, as in the plain ReLU

# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.maximum(z, 0)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        sigmoid = 1 / (1 + np.exp(-z))
        return sigmoid * (1 - sigmoid)
    if name == "relu":
        return np.where(z > 0, 1.0, 0.0)
    return np.where(z > 0, 1.0, negative_slope)


can_die = {"sigmoid": False, "relu": True, "leaky_relu": False}
