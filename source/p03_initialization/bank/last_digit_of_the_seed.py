# title: Uses the last digit of the seed only
# kind: misconception
# fails: draw-weights-test 3/4
# hint: different seeds are made the same

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    a, b = fans(shape)
    var = {"lecun": 1 / a, "glorot": 2 / (a + b), "he": 2 / a}[scheme]
    rng = np.random.default_rng(seed)
    if distribution == "normal":
        return rng.normal(0, np.sqrt(var), shape)
    limit = np.sqrt(3 * var)
    return rng.uniform(-limit, limit, shape)


_dw = draw_weights


def draw_weights(shape, scheme, distribution, seed):
    return _dw(shape, scheme, distribution, seed % 10)
