# title: Multiplies by the weights and adds no biases
# kind: misconception
# fails: minibatch-test 1/3
# hint: no biases were added

# %% minibatch
def regression_output(x, layers):
    for weights, _ in layers[:-1]:
        x = np.maximum(x @ weights, 0)
    return x @ layers[-1][0]


layer_shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = (630, 1240, 123)
