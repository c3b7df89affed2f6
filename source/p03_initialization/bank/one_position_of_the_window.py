# title: Draws one position of the window, and copies it
# kind: misconception
# fails: draw-weights-test 3/4
# hint: copies of each other

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
    w = _dw(shape, scheme, distribution, seed)
    if len(shape) > 2:
        w[...] = w[:1]
    return w
