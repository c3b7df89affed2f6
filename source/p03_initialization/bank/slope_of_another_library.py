# title: Takes the slope of leaky ReLU from another library
# kind: misconception
# fails: weight-std-test 2/3
# hint: has the slope 0.2

# %% weight-std
def weight_std(activation, fan_in):
    return 1 / np.sqrt(fan_in * mean_square(activation, 1))


_ws = weight_std
closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}


def weight_std(activation, fan_in):
    if activation == "leaky_relu":
        return np.sqrt(2 / (1 + 0.01**2) / fan_in)
    return _ws(activation, fan_in)
