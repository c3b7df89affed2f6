# title: Fine-tunes from the beginning
# kind: misconception
# fails: transfer-test 2/4
# hint: head_epochs is not used, or the first phase is missing

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    if tune_epochs > 0:
        fine_tune(network, x, y, learning_rate, tune_epochs)
    return network
