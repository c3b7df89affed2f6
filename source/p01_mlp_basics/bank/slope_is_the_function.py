# title: Differentiates the sigmoid as z(1 - z)
# kind: misconception
# fails: activations-test 2/3
# hint: the formula is for the sigmoid's output, not its input

# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.where(z > 0, z, negative_slope * z)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        return z * (1 - z)
    if name == "relu":
        return np.where(z > 0, 1.0, 0.0)
    return np.where(z > 0, 1.0, negative_slope)


can_die = {"sigmoid": False, "relu": True, "leaky_relu": False}
