# title: Raises every standard deviation below 1
# kind: misconception
# fails: standardise-test 2/3
# hint: a standard deviation below 1 was raised to 1

# %% standardise
def fit_standardiser(x_train):
    return x_train.mean(axis=0), np.maximum(x_train.std(axis=0), 1)


def standardise(x, mean, scale):
    return (x - mean) / scale
