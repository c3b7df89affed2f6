# title: Compiles the new network at once
# kind: misconception
# fails: take-trunk-test 2/3
# hint: take_trunk compiles it

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    network = keras.Sequential(
        [
            keras.Input(shape=model.input_shape[1:]),
            *copy.layers[:n_layers],
            keras.layers.Dense(n_outputs),
        ]
    )
    network.compile(optimizer="adam", loss="binary_crossentropy")
    return network
