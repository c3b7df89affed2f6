# title: Gives whole numbers back for whole numbers
# kind: misconception
# fails: dropout-test 3/4
# hint: what is kept was cut to whole numbers

# %% dropout
def dropout(x, rate, training, seed):
    if not training:
        return x.copy()
    mask = np.random.default_rng(seed).random(x.shape) >= rate
    return (x * mask / (1 - rate)).astype(x.dtype)
