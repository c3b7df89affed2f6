# title: Puts ELU's values into a copy of an array of whole numbers
# kind: misconception
# fails: zoo-test 2/3
# hint: an array of whole numbers

# %% zoo
from scipy.special import expit, ndtr


def elu(z):
    values = z.copy()
    values[z < 0] = np.exp(z[z < 0]) - 1
    return values


def selu(z):
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))


def gelu(z):
    return z * ndtr(z)


def swish(z):
    return z * expit(z)


largest_slope = {"sigmoid": 0.25, "tanh": 1, "relu": 1, "selu": 1.76, "gelu": 1.13, "swish": 1.1}
