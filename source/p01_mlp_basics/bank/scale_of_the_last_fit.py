# title: Standardises with what the last fit has stored
# kind: misconception
# fails: standardise-test 2/3
# hint: mean and scale are those of the last call of fit_standardiser

# %% standardise
def fit_standardiser(x_train):
    mean = x_train.mean(axis=0)
    scale = x_train.std(axis=0)
    scale = np.where(scale == 0, 1, scale)
    fit_standardiser.kept = mean, scale
    return mean, scale


def standardise(x, mean, scale):
    mean, scale = fit_standardiser.kept
    return (x - mean) / scale
