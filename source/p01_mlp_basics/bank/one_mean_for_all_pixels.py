# title: Takes one mean and one standard deviation over all pixels
# kind: misconception
# fails: standardise-test 0/3
# hint: mean and standard deviation are those of all pixels together

# %% standardise
def fit_standardiser(x_train):
    return x_train.mean(), x_train.std()


def standardise(x, mean, scale):
    return (x - mean) / scale
