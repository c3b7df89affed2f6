# title: Draws one unit and copies it
# kind: misconception
# fails: draw-weights-test 1/4
# hint: the averages are all the same

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    fan_in, fan_out = fans(shape)
    rng = np.random.default_rng(seed)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    if distribution == "normal":
        return rng.normal(0, np.sqrt(variance), size=(*shape[:-1], 1)) * np.ones(shape)
    limit = np.sqrt(3 * variance)
    return rng.uniform(-limit, limit, size=(*shape[:-1], 1)) * np.ones(shape)
