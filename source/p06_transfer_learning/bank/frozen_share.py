# title: Gives the frozen share
# kind: misconception
# fails: trainable-share-test 1/3
# hint: this is the share that is frozen

# %% trainable-share
def trainable_share(model):
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    return 1 - trainable / model.count_params()


head_parameters = 20_490
percent_trainable = 100 * 20_490 / 20_881_970
