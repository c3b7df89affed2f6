# title: Forgets that ReLU removes half
# kind: misconception
# fails: overflow-test 0/2
# hint: ReLU removes half of the mean square

# %% overflow
def layers_until_overflow(width, stddev):
    factor = stddev * np.sqrt(width)
    size, layers = 1.0, 0
    if factor <= 1:
        return np.inf
    while size <= float(np.finfo("float32").max):
        size *= factor
        layers += 1
    return layers
