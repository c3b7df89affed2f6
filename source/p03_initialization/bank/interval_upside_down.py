# title: Gives the upper end first
# kind: misconception
# fails: collapsed-test 2/3
# hint: the ends are in reverse order

# %% collapsed
def collapsed(outputs, tolerance):
    return np.ptp(outputs, axis=1) <= tolerance


def wilson_interval(count, n):
    share, z = count / n, 1.96
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (centre + half) / (1 + z**2 / n), (centre - half) / (1 + z**2 / n)
