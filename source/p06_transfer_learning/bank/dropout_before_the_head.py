# title: Puts dropout in front of the head
# kind: misconception
# fails: take-trunk-test 2/3, transfer-test 3/4
# hint: there is a layer that works otherwise in training, such as dropout

# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Sequential(
        [
            keras.Input(shape=model.input_shape[1:]),
            *copy.layers[:n_layers],
            keras.layers.Dropout(0.3),
            keras.layers.Dense(n_outputs),
        ]
    )
