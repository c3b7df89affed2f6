# title: Forgets the denominator of Wilson's interval
# kind: misconception
# fails: collapsed-test 2/3
# hint: the division by 1 + z²/n is missing

# %% collapsed
def collapsed(outputs, tolerance):
    return np.ptp(outputs, axis=1) <= tolerance


def wilson_interval(count, n):
    share, z = count / n, 1.96
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (centre - half), (centre + half)
