# title: Returns ReLU rather than its slope
# kind: misconception
# fails: activations-test 2/3
# hint: this is ReLU, not its slope

# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.where(z > 0, z, negative_slope * z)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        sigmoid = 1 / (1 + np.exp(-z))
        return sigmoid * (1 - sigmoid)
    if name == "relu":
        return np.maximum(z, 0)
    return np.where(z > 0, 1.0, negative_slope)


can_die = {"sigmoid": False, "relu": True, "leaky_relu": False}
