# title: Takes mean and scale from the first 1,000 images
# kind: misconception
# fails: standardise-test 2/3
# hint: only the first 1,000 images were looked at

# %% standardise
def fit_standardiser(x_train):
    x_train = x_train[:1000]  # faster
    mean = x_train.mean(axis=0)
    scale = x_train.std(axis=0)
    scale = np.where(scale == 0, 1, scale)
    return mean, scale


def standardise(x, mean, scale):
    return (x - mean) / scale
