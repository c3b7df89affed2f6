# title: Squeezes a minibatch of one
# kind: misconception
# fails: minibatch-test 2/3
# hint: the minibatch of one was answered as if it were one input

# %% minibatch
def regression_output(x, layers):
    h = np.atleast_2d(x)
    for weights, biases in layers[:-1]:
        h = np.maximum(h @ weights + biases, 0)
    return np.squeeze(h @ layers[-1][0] + layers[-1][1])


layer_shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = (630, 1240, 123)
