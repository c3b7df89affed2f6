# title: Puts a sigmoid behind the trained head
# kind: misconception
# fails: transfer-test 3/4
# hint: something was put behind the head

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    train_head(network, x, y, learning_rate, head_epochs)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, tune_epochs)
    network.add(keras.layers.Activation("sigmoid"))
    return network
