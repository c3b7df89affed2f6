# title: Counts arrays
# kind: misconception
# fails: trainable-share-test 1/3
# hint: this counts arrays

# %% trainable-share
def trainable_share(model):
    return len(model.trainable_variables) / len(model.weights)


head_parameters = 20_490
percent_trainable = 100 * 20_490 / 20_881_970
