# title: Takes the factor of the variance
# kind: misconception
# fails: overflow-test 0/2
# hint: the root is missing

# %% overflow
def layers_until_overflow(width, stddev):
    factor = stddev**2 * width / 2
    size, layers = 1.0, 0
    if factor <= 1:
        return np.inf
    while size <= float(np.finfo("float32").max):
        size *= factor
        layers += 1
    return layers
