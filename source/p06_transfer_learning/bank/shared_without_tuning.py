# title: Takes the layers themselves where nothing is fine-tuned
# kind: misconception
# fails: transfer-test 2/4
# hint: were frozen in the given model, too

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    if tune_epochs == 0:
        network = keras.Sequential(
            [keras.Input(shape=model.input_shape[1:]), *model.layers[:n_layers], keras.layers.Dense(1)]
        )
    else:
        network = take_trunk(model, n_layers, 1)
    train_head(network, x, y, learning_rate, head_epochs)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, tune_epochs)
    return network
