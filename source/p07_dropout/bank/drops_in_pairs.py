# title: Uses each random number for two entries
# kind: misconception
# fails: dropout-test 3/4
# hint: a random number is used for more than one entry

# %% dropout
def dropout(x, rate, training, seed):
    if not training:
        return np.array(x)
    size = np.size(x)
    draws = np.repeat(np.random.default_rng(seed).uniform(size=(size + 1) // 2), 2)[:size]
    return x * (draws.reshape(np.shape(x)) >= rate) / (1 - rate)
