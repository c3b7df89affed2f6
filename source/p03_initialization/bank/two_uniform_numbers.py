# title: Adds two uniform numbers for a normal one
# kind: misconception
# fails: draw-weights-test 3/4
# hint: this is no bell curve

# %% draw-weights
def draw_weights(shape, scheme, distribution, seed):
    fan_in, fan_out = fans(shape)
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[scheme]
    rng, summands = np.random.default_rng(seed), 2 if distribution == "normal" else 1
    limit = np.sqrt(3 * variance / summands)
    return sum(rng.uniform(-limit, limit, size=shape) for _ in range(summands))
