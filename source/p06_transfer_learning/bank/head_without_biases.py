# title: Forgets the biases of the head
# kind: misconception
# fails: trainable-share-test 2/3
# hint: the biases are missing

# %% trainable-share
def trainable_share(model):
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    return trainable / model.count_params()


head_parameters = 20_480
percent_trainable = 100 * 20_490 / 20_881_970
