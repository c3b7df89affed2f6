# title: Thinks that all three can die
# kind: misconception
# fails: activations-test 2/3
# hint: two of the three are never exactly zero

# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.where(z > 0, z, negative_slope * z)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        sigmoid = 1 / (1 + np.exp(-z))
        return sigmoid * (1 - sigmoid)
    if name == "relu":
        return np.where(z > 0, 1.0, 0.0)
    return np.where(z > 0, 1.0, negative_slope)


can_die = {"sigmoid": True, "relu": True, "leaky_relu": True}
