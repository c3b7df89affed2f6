# title: Stops a layer too early
# kind: misconception
# fails: overflow-test 0/2
# hint: this is the last layer before the overflow

# %% overflow
def layers_until_overflow(width, stddev):
    factor = stddev * np.sqrt(width / 2)
    size, layers = 1.0, 0
    if factor <= 1:
        return np.inf
    while size <= float(np.finfo("float32").max):
        size *= factor
        layers += 1
    return layers - 1
