# title: Looks for outputs of zero
# kind: misconception
# fails: collapsed-test 1/3
# hint: outputs of zero were looked for

# %% collapsed
def collapsed(outputs, tolerance):
    return (np.abs(outputs) <= tolerance).all(axis=1)


def wilson_interval(count, n):
    share, z = count / n, 1.96
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
