# title: Gives He's weights to every activation function
# kind: misconception
# fails: weight-std-test 2/3
# hint: these are He's weights, for ReLU

# %% weight-std
def weight_std(activation, fan_in):
    return np.sqrt(2 / fan_in)


closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}
