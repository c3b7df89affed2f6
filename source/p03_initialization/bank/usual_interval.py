# title: Computes the usual interval
# kind: misconception
# fails: collapsed-test 2/3
# hint: this is the usual interval, not Wilson's

# %% collapsed
def collapsed(outputs, tolerance):
    return np.ptp(outputs, axis=1) <= tolerance


def wilson_interval(count, n):
    share = count / n
    half = 1.96 * np.sqrt(share * (1 - share) / n)
    return share - half, share + half
