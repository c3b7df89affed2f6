# title: Cuts everything off on one side
# kind: misconception
# fails: paired-test 1/4
# hint: 5 % were cut off on each side

# %% paired
def paired_interval(a, b, level=0.95):
    a, b = np.asarray(a), np.asarray(b)
    difference, n = a - b, len(a)
    half = stats.t.ppf(level, n - 1) * difference.std(ddof=1) / np.sqrt(n)
    return difference.mean() - half, difference.mean() + half


def share_of_wins(a, b):
    return np.mean(np.asarray(a) > np.asarray(b))
