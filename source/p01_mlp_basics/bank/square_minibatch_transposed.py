# title: Transposes a minibatch that has as many rows as inputs
# kind: misconception
# fails: minibatch-test 2/3
# hint: a minibatch with as many rows as columns was transposed

# %% minibatch
def regression_output(x, layers):
    if x.ndim == 2 and x.shape[0] == layers[0][0].shape[0]:
        x = x.T
    for W, b in layers[:-1]:
        x = np.maximum(x @ W + b, 0)
    W, b = layers[-1]
    return x @ W + b


layer_shapes = {"W1": (20, 30), "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = (20 * 30 + 30, 30 * 40 + 40, 40 * 3 + 3)
