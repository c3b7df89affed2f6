# title: Returns the number of wins
# kind: misconception
# fails: paired-test 3/4
# hint: this is the number of wins, not their share

# %% paired
def paired_interval(a, b, level=0.95):
    a, b = np.asarray(a), np.asarray(b)
    difference, n = a - b, len(a)
    half = stats.t.ppf((1 + level) / 2, n - 1) * difference.std(ddof=1) / np.sqrt(n)
    return difference.mean() - half, difference.mean() + half


def share_of_wins(a, b):
    return np.sum(np.asarray(a) > np.asarray(b))
