# title: Draws with the variance as standard deviation
# kind: misconception
# fails: draw-weights-test 2/4
# hint: the variance was used as the standard deviation

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    fan_in, fan_out = fans(shape)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    rng = np.random.default_rng(seed)
    limit = np.sqrt(3 * variance)
    if distribution == "normal":
        return rng.normal(0, variance, size=shape)
    return rng.uniform(-limit, limit, size=shape)
