# title: Keeps the norm in the denominator away from 0
# kind: misconception
# fails: slower-test 1/2
# hint: 1e-12 is added to the denominator, or is the least that it can be

# %% slower
def times_slower(gradients, layer):
    return np.linalg.norm(gradients[-1]) / max(np.linalg.norm(gradients[layer]), 1e-12)


def factor_per_layer(gradients):
    ratio = np.linalg.norm(gradients[0]) / np.linalg.norm(gradients[-1])
    return ratio ** (1 / (len(gradients) - 1))
