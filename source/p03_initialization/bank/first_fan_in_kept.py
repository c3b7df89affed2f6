# title: Keeps the answer for an activation, whatever the fan-in
# kind: misconception
# fails: weight-std-test 2/3
# hint: the answer to the call before

# %% weight-std
def weight_std(activation, fan_in):
    return 1 / np.sqrt(fan_in * mean_square(activation, 1))


_ws = weight_std
closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}


_c = {}


def weight_std(activation, fan_in):
    if activation not in _c:
        _c[activation] = _ws(activation, fan_in)
    return _c[activation]
