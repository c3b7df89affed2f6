# title: Takes the seed 0 for no seed
# kind: misconception
# fails: dropout-test 3/4
# hint: 0 is a seed like any other

# %% dropout
def dropout(x, rate, training, seed):
    if not training:
        return x.copy()
    mask = np.random.default_rng(seed or None).random(x.shape) >= rate
    return x * mask / (1 - rate)
