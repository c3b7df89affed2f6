# title: Multiplies with the mean square rather than dividing
# kind: misconception
# fails: weight-std-test 1/3
# hint: the mean square belongs in the denominator

# %% weight-std
def weight_std(activation, fan_in):
    return np.sqrt(mean_square(activation, 1.0) / fan_in)


closest = {"linear": "lecun", "relu": "he", "leaky_relu": "he", "gelu": "he", "selu": "lecun"}
