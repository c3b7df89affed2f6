# title: Sets entries of x itself to 0
# kind: misconception
# fails: dropout-test 3/4
# hint: Make a new array

# %% dropout
def dropout(x, rate, training, seed):
    if training:
        x[np.random.default_rng(seed).uniform(size=x.shape) < rate] = 0
        x /= 1 - rate
    return x
