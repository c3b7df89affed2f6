# title: Clips normal weights at two standard deviations
# kind: misconception
# fails: draw-weights-test 2/4
# hint: weights beyond two standard deviations were moved there

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    fan_in, fan_out = fans(shape)
    rng = np.random.default_rng(seed)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    if distribution == "normal":
        return np.clip(
            rng.normal(0, np.sqrt(variance), size=shape), -2 * np.sqrt(variance), 2 * np.sqrt(variance)
        )
    limit = np.sqrt(3 * variance)
    return rng.uniform(-limit, limit, size=shape)
