# title: Hands on a fixed learning rate
# kind: misconception
# fails: transfer-test 3/4
# hint: learning_rate is not handed on; this is 0.01

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    train_head(network, x, y, 0.01, head_epochs)
    if tune_epochs > 0:
        fine_tune(network, x, y, 0.01, tune_epochs)
    return network
