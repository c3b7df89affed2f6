# title: Changes the array in place
# kind: misconception
# fails: zoo-test 1/3
# hint: the array that was handed in is changed

# %% zoo
def elu(z):
    z[z <= 0] = np.exp(z[z <= 0]) - 1
    return z


def selu(z):
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(z) - 1))


def gelu(z):
    from scipy.special import ndtr

    return z * ndtr(z)


def swish(z):
    return z / (1 + np.exp(-z))


largest_slope = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "selu": 1.76, "gelu": 1.13, "swish": 1.10}
