# title: Does not use the seed
# kind: misconception
# fails: dropout-test 3/4
# hint: the mask does not follow from the seed

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return x.copy()
    mask = np.random.default_rng().uniform(size=x.shape) >= rate
    return np.where(mask, x / (1 - rate), 0)
