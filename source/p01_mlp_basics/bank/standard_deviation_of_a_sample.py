# title: Divides by n - 1 in the standard deviation
# kind: misconception
# fails: standardise-test 2/3
# hint: the standard deviation divides by n − 1

# %% standardise
def fit_standardiser(x_train):
    deviation = x_train.std(axis=0, ddof=1)
    return x_train.mean(axis=0), np.where(deviation == 0, 1, deviation)


def standardise(x, mean, scale):
    return (x - mean) / scale
