# title: Fills an array of the type of z, in leaky_relu
# kind: misconception
# fails: activations-test 2/3
# hint: the results were cut to whole numbers

# %% activations
def leaky_relu(z, negative_slope=0.1):
    out = np.zeros_like(z)
    out[z > 0] = z[z > 0]
    out[z <= 0] = negative_slope * z[z <= 0]
    return out


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        s = 1 / (1 + np.exp(-z))
        return s * (1 - s)
    if name == "relu":
        return np.where(z > 0, 1.0, 0.0)
    return np.where(z > 0, 1.0, negative_slope)


can_die = {"sigmoid": False, "relu": True, "leaky_relu": False}
