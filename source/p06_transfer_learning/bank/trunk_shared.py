# title: Puts the model's own layers into the new network
# kind: misconception
# fails: transfer-test 2/4
# hint: shares layers with the given model

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    return keras.Sequential(
        [keras.Input(shape=model.input_shape[1:]), *model.layers[:n_layers], keras.layers.Dense(n_outputs)]
    )
