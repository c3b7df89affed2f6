# title: Gives the interval of a single difference
# kind: misconception
# fails: paired-test 1/4
# hint: the division by the root of n is missing

# %% paired
def paired_interval(a, b, level=0.95):
    a, b = np.asarray(a), np.asarray(b)
    difference, n = a - b, len(a)
    half = stats.t.ppf((1 + level) / 2, n - 1) * difference.std(ddof=1)
    return difference.mean() - half, difference.mean() + half


def share_of_wins(a, b):
    return np.mean(np.asarray(a) > np.asarray(b))
