# title: Draws one mask for all rows
# kind: misconception
# fails: dropout-test 3/4
# hint: whole columns are dropped together

# %% dropout
def dropout(x, rate, training, seed):
    x = np.asarray(x)
    if not training:
        return x.copy()
    mask = np.random.default_rng(seed).uniform(size=x.shape[-1]) >= rate
    return x * mask / (1 - rate)
