# title: Asks each layer whether it is trainable
# kind: misconception
# fails: trainable-share-test 2/3
# hint: moving averages of batch normalisation are not trained

# %% trainable-share
def trainable_share(model):
    trainable = sum(layer.count_params() for layer in model.layers if layer.trainable)
    return trainable / model.count_params()


head_parameters = 20_490
percent_trainable = 100 * 20_490 / 20_881_970
