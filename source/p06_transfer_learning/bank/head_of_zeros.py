# title: Begins with a head of zeros
# kind: misconception
# fails: take-trunk-test 2/3
# hint: the head begins with random weights

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Sequential(
        [
            keras.Input(shape=model.input_shape[1:]),
            *copy.layers[:n_layers],
            keras.layers.Dense(n_outputs, kernel_initializer="zeros"),
        ]
    )
