# title: Gives the share of Xception's head
# kind: misconception
# fails: trainable-share-test 2/3
# hint: a percentage is a hundred times as much

# %% trainable-share
def trainable_share(model):
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    return trainable / model.count_params()


head_parameters = 20_490
percent_trainable = 20_490 / 20_881_970
