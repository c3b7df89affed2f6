# title: Divides by the frozen parameters
# kind: misconception
# fails: trainable-share-test 1/3
# hint: divided by the frozen ones

# %% trainable-share
def trainable_share(model):
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    return trainable / max(1, model.count_params() - trainable)


head_parameters = 20_490
percent_trainable = 100 * 20_490 / 20_881_970
