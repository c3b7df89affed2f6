# title: Divides by zero at a constant pixel
# kind: misconception
# fails: standardise-test 2/3
# hint: NaN (not a number) among the values

# %% standardise
def fit_standardiser(x_train):
    return x_train.mean(axis=0), x_train.std(axis=0)


def standardise(x, mean, scale):
    return (x - mean) / scale
