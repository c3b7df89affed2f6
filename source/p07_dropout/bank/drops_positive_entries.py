# title: Drops positive entries only
# kind: misconception
# fails: dropout-test 3/4
# hint: whether an entry is dropped depends on the entry itself

# %% dropout
def dropout(x, rate, training, seed):
    if not training:
        return x.copy()
    mask = (x < 0) | (np.random.default_rng(seed).random(x.shape) >= rate)
    return x * mask / (1 - rate)
