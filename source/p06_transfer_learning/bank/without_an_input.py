# title: Builds the new network without keras.Input
# kind: alternate

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Sequential([*copy.layers[:n_layers], keras.layers.Dense(n_outputs)])
