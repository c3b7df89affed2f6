# title: Takes the rate for the share that is kept
# kind: misconception
# fails: dropout-test 3/4
# hint: the rate was taken for the share that is kept

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return x.copy()
    mask = np.random.default_rng(seed).uniform(size=x.shape) < rate if rate else np.ones(x.shape, bool)
    return np.where(mask, x / (1 - rate), 0)
