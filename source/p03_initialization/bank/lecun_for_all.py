# title: Gives LeCun's weights to every activation function
# kind: misconception
# fails: weight-std-test 1/3
# hint: these are LeCun's weights

# %% weight-std
def weight_std(activation, fan_in):
    return np.sqrt(1 / fan_in)


closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}
