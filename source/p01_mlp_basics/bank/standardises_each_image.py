# title: Standardises each image by itself
# kind: misconception
# fails: standardise-test 0/3
# hint: each image was standardised by itself

# %% standardise
def fit_standardiser(x_train):
    return x_train.mean(axis=0), x_train.std(axis=0)


def standardise(x, mean, scale):
    axes = tuple(range(1, x.ndim))
    return (x - x.mean(axis=axes, keepdims=True)) / x.std(axis=axes, keepdims=True)
