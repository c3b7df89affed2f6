# title: Takes the seed modulo 100
# kind: misconception
# fails: dropout-test 3/4
# hint: the seed is not used, or not all its digits

# %% dropout
def dropout(x, rate, training, seed):
    if not training:
        return np.array(x)
    kept = np.random.default_rng(seed % 100).uniform(size=np.shape(x)) >= rate
    return x * kept / (1 - rate)
