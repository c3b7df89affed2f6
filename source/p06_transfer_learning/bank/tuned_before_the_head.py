# title: Tunes first, and trains the head after that
# kind: misconception
# fails: transfer-test 3/4
# hint: the trunk was tuned first

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, tune_epochs)
    train_head(network, x, y, learning_rate, head_epochs)
    return network
