# title: Trains the head and stops
# kind: misconception
# fails: transfer-test 1/4
# hint: the network was not fine-tuned

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    return train_head(network, x, y, learning_rate, head_epochs + tune_epochs)
