# title: Takes one layer too few
# kind: misconception
# fails: take-trunk-test 0/3
# hint: there is one layer too few in the trunk

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    layers = copy.layers[: n_layers - 1]
    return keras.Sequential(
        [keras.Input(shape=model.input_shape[1:]), *layers, keras.layers.Dense(n_outputs)]
    )
