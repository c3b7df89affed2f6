# title: Gives the shapes for column vectors, and multiplies one input only
# kind: misconception
# fails: minibatch-test 1/3
# hint: the weights are transposed

# %% minibatch
def regression_output(x, layers):
    for weights, biases in layers[:-1]:
        x = np.maximum(weights.T @ x + biases, 0)
    weights, biases = layers[-1]
    return weights.T @ x + biases


layer_shapes = {"W1": (30, 20), "b1": (30,), "W2": (40, 30), "b2": (40,), "W3": (3, 40), "b3": (3,)}
layer_parameters = (630, 1240, 123)
