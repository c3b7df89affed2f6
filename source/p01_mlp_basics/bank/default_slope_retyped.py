# title: Retypes the default of negative_slope
# kind: misconception
# fails: activations-test 1/3
# hint: the default of negative_slope is 0.01, no longer 0.1

# %% activations
def leaky_relu(z, negative_slope=0.01):
    return np.where(z > 0, z, negative_slope * z)


def slope(name, z, negative_slope=0.01):
    if name == "sigmoid":
        sigmoid = 1 / (1 + np.exp(-z))
        return sigmoid * (1 - sigmoid)
    return np.where(z > 0, 1.0, 0.0 if name == "relu" else negative_slope)


can_die = {"sigmoid": False, "relu": True, "leaky_relu": False}
