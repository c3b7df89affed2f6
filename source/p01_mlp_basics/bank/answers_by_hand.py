# title: Answers worked out by hand, as plain and rounded numbers
# kind: alternate

# %% count-parameters
def count_parameters(layer_sizes):
    return sum((a + 1) * b for a, b in pairwise(layer_sizes))


parameter_table = {
    "total": 31805.0,
    "ReLU": 1100.0,
    "PReLU": 20400.0,
    "SELU": 10050.0,
    "output": 255.0,
}


# %% minibatch
def regression_output(x, layers):
    for weights, biases in layers[:-1]:
        x = np.maximum(x @ weights + biases, 0)
    weights, biases = layers[-1]
    return x @ weights + biases


layer_shapes = {"W1": [20, 30], "b1": (30,), "W2": (30, 40), "b2": (40,), "W3": (40, 3), "b3": (3,)}
layer_parameters = [630.0, 1240.0, 123.0]


# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    z = w1 * x + b1
    a = np.sin(z)
    y = 1 / (1 + np.exp(-(w2 @ a + b2)))
    return z, a, y


sine_parameters = 2 + 2 + 3.0


# %% activations
def leaky_relu(z, negative_slope=0.1):
    return np.maximum(z, negative_slope * z)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        return np.exp(-z) / (1 + np.exp(-z)) ** 2
    below = negative_slope if name == "leaky_relu" else 0
    return np.piecewise(z, [z > 0, z <= 0], [1, below])


can_die = {"relu": np.bool_(True), "sigmoid": np.bool_(False), "leaky_relu": np.bool_(False)}


# %% silent
slope_fraction = 8.24e-9
silent_probability = 1 / 2
silent_gradients = 0.0


# %% split
def split(images, labels, n_valid):
    train, valid = slice(n_valid, None), slice(None, n_valid)
    return (images[train], labels[train]), (images[valid], labels[valid])


n_classes = fashion.y_train.max() + 1
