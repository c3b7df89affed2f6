# title: Clones the model and forgets its weights
# kind: misconception
# fails: take-trunk-test 2/3, transfer-test 3/4
# hint: the weights were not copied

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    return keras.Sequential(
        [keras.Input(shape=model.input_shape[1:]), *copy.layers[:n_layers], keras.layers.Dense(n_outputs)]
    )
