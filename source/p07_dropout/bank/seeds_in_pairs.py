# title: Halves the seed
# kind: misconception
# fails: dropout-test 3/4
# hint: seeds beside each other give the same mask

# %% dropout
def dropout(x, rate, training, seed):
    if not training:
        return x.copy()
    mask = np.random.default_rng(int(seed) // 2).random(x.shape) >= rate
    return x * mask / (1 - rate)
