# title: Adds a millionth to the tolerance
# kind: misconception
# fails: collapsed-test 2/3
# hint: something was added to the tolerance

# %% collapsed
def collapsed(outputs, tolerance):
    return outputs.max(axis=1) - outputs.min(axis=1) <= tolerance


_c0 = collapsed


def wilson_interval(count, n):
    p, z = count / n, 1.96
    c = p + z * z / 2 / n
    h = z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    return (c - h) / (1 + z * z / n), (c + h) / (1 + z * z / n)


_w0 = wilson_interval


def collapsed(o, t):
    return np.ptp(o, axis=1) <= t + 1e-6
