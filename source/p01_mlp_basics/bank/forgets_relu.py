# title: Forgets the ReLU between the layers
# kind: misconception
# fails: minibatch-test 1/3
# hint: the hidden layers have no ReLU

# %% minibatch
def regression_output(x, layers):
    for weights, biases in layers:
        x = x @ weights + biases
    return x


layer_shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = (630, 1240, 123)
