# title: Gives the biases a second axis
# kind: misconception
# fails: minibatch-test 2/3
# hint: the biases have a second axis

# %% minibatch
def regression_output(x, layers):
    for weights, biases in layers[:-1]:
        x = np.maximum(x @ weights + biases, 0)
    weights, biases = layers[-1]
    return x @ weights + biases


layer_shapes = {"W1": (20, 30), "b1": (1, 30), "W2": (30, 40), "b2": (1, 40), "W3": (40, 3), "b3": (1, 3)}
layer_parameters = (630, 1240, 123)
