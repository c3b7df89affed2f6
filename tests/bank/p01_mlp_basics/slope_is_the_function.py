# title: Differentiates the sigmoid as z(1 - z), and thinks that saturated sigmoids die
# kind: misconception
# fails: activations-test 1/3
# hint: the formula is for the sigmoid's output, not its input

# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.where(z > 0, z, negative_slope * z)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        return z * (1 - z)
    return np.where(z > 0, 1.0, 0.0 if name == "relu" else negative_slope)


can_die = {"sigmoid": True, "relu": True, "leaky_relu": False}
