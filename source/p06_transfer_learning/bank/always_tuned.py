# title: Fine-tunes even for 0 epochs
# kind: misconception
# fails: transfer-test 3/4
# hint: the trunk was trained, or its weights were not copied

# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    train_head(network, x, y, learning_rate, head_epochs)
    return fine_tune(network, x, y, learning_rate, tune_epochs or 1)
