# title: Takes the epsilon of the first normalisation for all
# kind: misconception
# fails: fold-test 2/4
# hint: not that of the first

# %% fold
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    factor = gamma / np.sqrt(moving_variance + epsilon)
    if bias is None:
        bias = np.zeros(len(gamma))
    return kernel * factor, beta + (bias - moving_mean) * factor


def fold_model(model):
    layers, last = model.layers[:-1], model.layers[-1]
    folded = keras.Sequential([keras.Input(shape=model.input_shape[1:])])
    weights = []
    for dense, normalise, bend in zip(layers[::3], layers[1::3], layers[2::3], strict=True):
        weights += fold(*dense.get_weights(), None, *normalise.get_weights(), layers[1].epsilon)
        folded.add(keras.layers.Dense(dense.units))
        folded.add(keras.layers.Activation(bend.activation))
    folded.add(keras.layers.Dense(last.units, activation=last.activation))
    folded.set_weights([*weights, *last.get_weights()])
    return folded
