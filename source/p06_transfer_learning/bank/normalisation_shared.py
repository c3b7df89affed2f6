# title: Clones the Dense layers, and takes batch normalisation from the model itself
# kind: misconception
# fails: transfer-test 2/4
# hint: were frozen in the given model, too

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    layers = [
        old if isinstance(old, keras.layers.BatchNormalization) else new
        for old, new in zip(model.layers, copy.layers, strict=True)
    ]
    return keras.Sequential(
        [keras.Input(shape=model.input_shape[1:]), *layers[:n_layers], keras.layers.Dense(n_outputs)]
    )
