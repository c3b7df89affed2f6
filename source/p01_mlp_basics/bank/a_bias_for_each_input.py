# title: Counts a bias for each input of a layer
# kind: misconception
# fails: minibatch-test 2/3
# hint: each layer was given a bias for each input

# %% minibatch
def regression_output(x, layers):
    for weights, biases in layers[:-1]:
        x = np.maximum(x @ weights + biases, 0)
    weights, biases = layers[-1]
    return x @ weights + biases


layer_shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = (20 * 30 + 20, 30 * 40 + 30, 40 * 3 + 40)
