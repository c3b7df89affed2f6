# title: Returns the variance of the weights
# kind: misconception
# fails: weight-std-test 1/3
# hint: this is the variance

# %% weight-std
def weight_std(activation, fan_in):
    return 1 / (fan_in * mean_square(activation, 1.0))


closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}
