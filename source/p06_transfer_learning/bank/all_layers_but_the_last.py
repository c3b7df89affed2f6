# title: Takes all layers but the last
# kind: misconception
# fails: transfer-test 3/4
# hint: Hand n_layers on to take_trunk

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, len(model.layers) - 1, 1)
    train_head(network, x, y, learning_rate, head_epochs)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, tune_epochs)
    return network
