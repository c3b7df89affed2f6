# title: Sorts the outputs in place
# kind: misconception
# fails: collapsed-test 2/3
# hint: the array that was handed in is changed

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
    o.sort(axis=1)
    return o[:, -1] - o[:, 0] <= t
