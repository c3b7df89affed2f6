# title: Multiplies each side of ELU by a condition: infinity times 0 is no number
# kind: misconception
# fails: zoo-test 2/3
# hint: exp(800) is infinite

# %% zoo
from scipy.special import ndtr


def elu(z):
    return (z > 0) * z + (z <= 0) * (np.exp(z) - 1)


def selu(z):
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(z))


def gelu(z):
    return z * ndtr(z)


def swish(z):
    return z / (1 + np.exp(-z))


largest_slope = {"sigmoid": 0.25, "tanh": 1, "relu": 1, "selu": 1.76, "gelu": 1.13, "swish": 1.1}
