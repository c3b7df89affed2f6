# title: Draws from a bell curve for He only
# kind: misconception
# fails: draw-weights-test 3/4
# hint: the weights are uniform

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    rng = np.random.default_rng(seed)
    fan_in, fan_out = fans(shape)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    limit = np.sqrt(3 * variance)
    if scheme == "he" and distribution == "normal":
        return rng.normal(0, np.sqrt(variance), size=shape)
    return rng.uniform(-limit, limit, size=shape)
