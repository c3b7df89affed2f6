# title: Gives the new head a softmax
# kind: misconception
# fails: take-trunk-test 2/3
# hint: the head has a softmax

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    layers = copy.layers[:n_layers]
    return keras.Sequential(
        [
            keras.Input(shape=model.input_shape[1:]),
            *layers,
            keras.layers.Dense(n_outputs, activation=None if n_outputs == 1 else "softmax"),
        ]
    )
