# title: Fine-tunes for head_epochs
# kind: misconception
# fails: transfer-test 3/4
# hint: both phases were trained for head_epochs

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    train_head(network, x, y, learning_rate, head_epochs)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, head_epochs)
    return network
