# title: Drops a fixed number of entries
# kind: misconception
# fails: dropout-test 3/4
# hint: a fixed number of entries is dropped

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return x.copy()
    mask = (np.random.default_rng(seed).permutation(x.size) >= round(rate * x.size)).reshape(x.shape)
    return np.where(mask, x / (1 - rate), 0)
