# title: Ignores the standard deviation
# kind: misconception
# fails: overflow-test 1/2
# hint: the standard deviation is ignored

# %% overflow
def layers_until_overflow(width, stddev):
    factor = np.sqrt(width / 2)
    size, layers = 1.0, 0
    if factor <= 1:
        return np.inf
    while size <= float(np.finfo("float32").max):
        size *= factor
        layers += 1
    return layers
