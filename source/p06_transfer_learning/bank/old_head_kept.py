# title: Puts the new head on top of the old one
# kind: misconception
# fails: take-trunk-test 0/3
# hint: the old head is still there, under the new one

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Sequential(
        [keras.Input(shape=model.input_shape[1:]), *copy.layers, keras.layers.Dense(n_outputs)]
    )
