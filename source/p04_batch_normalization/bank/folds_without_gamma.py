# title: Folds without gamma
# kind: misconception
# fails: fold-test 0/4
# hint: gamma is missing

# %% fold
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    root = np.sqrt(moving_variance + epsilon)
    bias = 0 if bias is None else bias
    return kernel / root, (bias - moving_mean) * gamma / root + beta


def fold_model(model):
    folded = keras.Sequential([keras.Input(shape=model.input_shape[1:])])
    weights = []
    for dense, norm, bend in zip(model.layers[:-1:3], model.layers[1::3], model.layers[2::3]):
        folded.add(keras.layers.Dense(dense.units, activation=bend.activation))
        gamma, beta, mean, variance = norm.get_weights()
        weights += fold(dense.kernel.numpy(), None, gamma, beta, mean, variance, norm.epsilon)
    folded.add(keras.layers.Dense(model.layers[-1].units, activation="softmax"))
    folded.set_weights([*weights, *model.layers[-1].get_weights()])
    return folded
