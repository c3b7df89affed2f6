# title: Thinks that GELU wants LeCun's weights, as SELU does
# kind: misconception
# fails: weight-std-test 2/3
# hint: is it closer to 1 or to 2?

# %% weight-std
def weight_std(activation, fan_in):
    return 1 / np.sqrt(fan_in * mean_square(activation, 1.0))


closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "lecun", "selu": "lecun"}
