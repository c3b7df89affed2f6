# title: Draws uniformly up to one standard deviation
# kind: misconception
# fails: draw-weights-test 3/4
# hint: the limit is the standard deviation, and √3 is missing

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    fan_in, fan_out = fans(shape)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    rng = np.random.default_rng(seed)
    limit = np.sqrt(variance)
    if distribution == "normal":
        return rng.normal(0, np.sqrt(variance), size=shape)
    return rng.uniform(-limit, limit, size=shape)
