# title: Adds 1e-7 to the standard deviation of a constant pixel
# kind: misconception
# fails: standardise-test 2/3
# hint: divided by 1e-07 rather than by 1

# %% standardise
def fit_standardiser(x_train):
    return x_train.mean(axis=0), x_train.std(axis=0) + 1e-7


def standardise(x, mean, scale):
    return (x - mean) / scale
