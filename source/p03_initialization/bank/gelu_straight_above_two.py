# title: Takes GELU for z above 2
# kind: misconception
# fails: zoo-test 2/3
# hint: z is given as it is from some point on

# %% zoo
def elu(z):
    return np.where(z > 0, z, np.exp(z) - 1)


def selu(z):
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(z) - 1))


def gelu(z):
    from scipy.special import ndtr

    return np.where(z > 2, z, z * ndtr(z))


def swish(z):
    return z / (1 + np.exp(-z))


largest_slope = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "selu": 1.76, "gelu": 1.13, "swish": 1.10}
