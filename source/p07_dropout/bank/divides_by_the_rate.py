# title: Divides by the rate
# kind: misconception
# fails: dropout-test 2/4
# hint: divided by the rate

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return x.copy()
    mask = np.random.default_rng(seed).uniform(size=x.shape) >= rate
    return np.where(mask, x / max(rate, 1e-9), 0) if rate else x.copy()
