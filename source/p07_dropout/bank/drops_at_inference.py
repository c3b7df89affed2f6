# title: Drops at inference too
# kind: misconception
# fails: dropout-test 3/4
# hint: entries are dropped at inference too

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return np.where(np.random.default_rng(seed).uniform(size=x.shape) >= rate, x / (1 - rate), 0)
    mask = np.random.default_rng(seed).uniform(size=x.shape) >= rate
    return np.where(mask, x / (1 - rate), 0)
