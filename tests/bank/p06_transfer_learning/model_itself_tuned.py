# title: Fine-tunes the given model itself beforehand
# kind: misconception
# fails: transfer-test 1/3
# hint: shares layers with the given model

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = keras.Sequential([*model.layers[:n_layers], keras.layers.Dense(1)])
    fine_tune(network, x, y, learning_rate, head_epochs + tune_epochs)
    return network
