# title: Forgets the − 1 of ELU
# kind: misconception
# fails: zoo-test 1/3
# hint: the − 1 is missing

# %% zoo
from scipy.special import erf, ndtr


def elu(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)))


def selu(z):
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(np.minimum(z, 0)) - 1))


def gelu(z):
    return z * ndtr(z)


def swish(z):
    return z / (1 + np.exp(-z))


largest_slope = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "selu": 1.76, "gelu": 1.13, "swish": 1.1}
