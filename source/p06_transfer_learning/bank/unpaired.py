# title: Adds the variances of the two methods
# kind: misconception
# fails: paired-test 1/4
# hint: treated as unpaired

# %% paired
def paired_interval(a, b, level=0.95):
    a, b = np.asarray(a), np.asarray(b)
    difference, n = a - b, len(a)
    half = stats.t.ppf((1 + level) / 2, n - 1) * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / n)
    return difference.mean() - half, difference.mean() + half


def share_of_wins(a, b):
    return np.mean(np.asarray(a) > np.asarray(b))
