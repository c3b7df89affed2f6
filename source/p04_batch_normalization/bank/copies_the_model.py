# title: Copies the model with its normalisations
# kind: misconception
# fails: fold-test 2/4
# hint: the normalisations are still in it

# %% fold
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    root = np.sqrt(moving_variance + epsilon)
    bias = 0 if bias is None else bias
    return kernel * gamma / root, (bias - moving_mean) * gamma / root + beta


def fold_model(model):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy
