# title: Divides by the variance
# kind: misconception
# fails: standardise-test 1/3
# hint: divided by the variance rather than the standard deviation

# %% standardise
def fit_standardiser(x_train):
    variance = x_train.var(axis=0)
    return x_train.mean(axis=0), np.where(variance == 0, 1, variance)


def standardise(x, mean, scale):
    return (x - mean) / scale
