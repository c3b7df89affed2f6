# title: Does not invert dropout: scales at inference
# kind: misconception
# fails: dropout-test 1/4
# hint: inverted dropout scales in training

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return x * (1 - rate)
    mask = np.random.default_rng(seed).uniform(size=x.shape) >= rate
    return np.where(mask, x, 0)
