# title: np.allclose with the relative tolerance that it has by default
# kind: misconception
# fails: collapsed-test 2/3
# hint: a share of the outputs' own size is allowed

# %% collapsed
def collapsed(outputs, tolerance):
    return np.array([np.allclose(o.min(), o.max(), atol=tolerance) for o in outputs])


def wilson_interval(count, n):
    p, z = count / n, 1.96
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle, under = p + z**2 / (2 * n), 1 + z**2 / n
    return (middle - half) / under, (middle + half) / under
