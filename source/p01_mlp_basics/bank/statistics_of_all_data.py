# title: Standardises every set of images with its own statistics
# kind: misconception
# fails: standardise-test 1/3
# hint: they were standardised with their own mean and standard deviation

# %% standardise
def fit_standardiser(x_train):
    deviation = x_train.std(axis=0)
    return x_train.mean(axis=0), np.where(deviation == 0, 1, deviation)


def standardise(x, mean, scale):
    mean, scale = fit_standardiser(x)
    return (x - mean) / scale
