# title: Puts a ReLU on the output of a regression network
# kind: misconception
# fails: minibatch-test 1/3
# hint: the last layer has a ReLU

# %% minibatch
def regression_output(x, layers):
    for weights, biases in layers:
        x = np.maximum(x @ weights + biases, 0)
    return x


layer_shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = (630, 1240, 123)
