# title: Compares the standard deviation with the tolerance
# kind: misconception
# fails: collapsed-test 2/3
# hint: the standard deviation was compared with the tolerance

# %% collapsed
def collapsed(outputs, tolerance):
    return outputs.std(axis=1) <= tolerance


def wilson_interval(count, n):
    share, z = count / n, 1.96
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
