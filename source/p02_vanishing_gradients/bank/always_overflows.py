# title: Does not ask whether the signal grows
# kind: misconception
# fails: overflow-test 1/2
# hint: Look at the factor first

# %% overflow
def layers_until_overflow(width, stddev):
    factor = stddev * np.sqrt(width / 2)
    return int(np.ceil(np.log(float(np.finfo("float32").max)) / np.log(factor)))
