# title: Draws one number for each row of an image
# kind: misconception
# fails: dropout-test 3/4
# hint: they are all dropped together, or all kept

# %% dropout
def dropout(x, rate, training, seed):
    if not training:
        return x.copy()
    mask = np.random.default_rng(seed).random(x.shape if x.ndim < 3 else x.shape[:-1] + (1,)) >= rate
    return x * mask / (1 - rate)
