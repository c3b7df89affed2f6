# title: Subtracts the square of the mean from the mean of the squares, in float32
# kind: misconception
# fails: standardise-test 2/3
# hint: take squares after the mean was subtracted

# %% standardise
def fit_standardiser(x_train):
    mean = x_train.mean(axis=0)
    x32 = x_train.astype("float32")
    scale = np.sqrt(np.abs((x32**2).mean(axis=0) - x32.mean(axis=0) ** 2))
    scale = np.where(scale == 0, 1, scale)
    return mean, scale


def standardise(x, mean, scale):
    return (x - mean) / scale
