# title: Multiplies the first and the last axis of each kernel
# kind: misconception
# fails: trainable-share-test 2/3
# hint: the kernel of a convolution has four axes

# %% trainable-share
def trainable_share(model):
    trainable = sum(
        variable.shape[0] * variable.shape[-1] if len(variable.shape) > 1 else variable.shape[0]
        for variable in model.trainable_variables
    )
    return trainable / model.count_params()


head_parameters = (2048 + 1) * 10
percent_trainable = round(100 * head_parameters / (20_861_480 + head_parameters), 3)
