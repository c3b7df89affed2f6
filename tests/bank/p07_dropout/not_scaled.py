# title: Does not scale what is kept
# kind: misconception
# fails: dropout-test 2/4
# hint: what is kept is not scaled

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return x.copy()
    mask = np.random.default_rng(seed).uniform(size=x.shape) >= rate
    return np.where(mask, x, 0)
