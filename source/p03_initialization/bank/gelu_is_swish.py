# title: Takes the sigmoid for Φ
# kind: misconception
# fails: zoo-test 2/3
# hint: this is swish

# %% zoo
from scipy.special import erf, ndtr


def elu(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)


def selu(z):
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(np.minimum(z, 0)) - 1))


def gelu(z):
    return z / (1 + np.exp(-z))


def swish(z):
    return z / (1 + np.exp(-z))


largest_slope = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "selu": 1.76, "gelu": 1.13, "swish": 1.1}
