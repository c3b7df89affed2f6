# title: Gives He's weights to every activation function
# kind: misconception
# fails: weight-std-test 2/3
# hint: the activation is ignored: these are ReLU's weights

# %% weight-std
def weight_std(activation, fan_in):
    return np.sqrt(2 / fan_in)


closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}
