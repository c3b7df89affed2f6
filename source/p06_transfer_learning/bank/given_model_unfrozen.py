# title: Unfreezes the model that it copies
# kind: misconception
# fails: take-trunk-test 2/3, transfer-test 2/4
# hint: freezes or unfreezes layers of the given model

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    for layer in model.layers:
        layer.trainable = True
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Sequential(
        [keras.Input(shape=model.input_shape[1:]), *copy.layers[:n_layers], keras.layers.Dense(n_outputs)]
    )
