# title: Counts layers
# kind: misconception
# fails: trainable-share-test 1/3
# hint: this counts layers

# %% trainable-share
def trainable_share(model):
    return sum(layer.trainable for layer in model.layers) / len(model.layers)


head_parameters = 20_490
percent_trainable = 100 * 20_490 / 20_881_970
