# title: Removes the axis of the networks where there is one
# kind: misconception
# fails: collapsed-test 2/3
# hint: for a single network

# %% collapsed
def collapsed(outputs, tolerance):
    return np.squeeze(np.ptp(outputs, axis=1) <= tolerance)


def wilson_interval(count, n):
    z = 1.96
    p, shrink = count / n, 1 + z**2 / n
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (p + z**2 / (2 * n) - half) / shrink, (p + z**2 / (2 * n) + half) / shrink
