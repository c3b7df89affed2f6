# title: Freezes the model that it takes the trunk from
# kind: misconception
# fails: transfer-test 2/4
# hint: layers of the given model were frozen or unfrozen

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    model.trainable = False
    network = take_trunk(model, n_layers, 1)
    train_head(network, x, y, learning_rate, head_epochs)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, tune_epochs)
    return network
