# title: Takes the limit of float64
# kind: misconception
# fails: overflow-test 0/2
# hint: this is the limit of float64

# %% overflow
def layers_until_overflow(width, stddev):
    factor = stddev * np.sqrt(width / 2)
    return np.inf if factor <= 1 else int(np.ceil(np.log(np.finfo(float).max) / np.log(factor)))
