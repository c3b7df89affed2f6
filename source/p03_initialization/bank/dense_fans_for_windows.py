# title: Takes the fans of a dense layer for convolutions, too
# kind: misconception
# fails: draw-weights-test 3/4
# hint: the window is missing in the fans

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    fan_in, fan_out = shape[-2], shape[-1]
    rng = np.random.default_rng(seed)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    if distribution == "normal":
        return rng.normal(0, np.sqrt(variance), size=shape)
    limit = np.sqrt(3 * variance)
    return rng.uniform(-limit, limit, size=shape)
