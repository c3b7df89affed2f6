# title: Always gives 95 %
# kind: misconception
# fails: paired-test 2/4
# hint: level is ignored

# %% paired
def paired_interval(a, b, level=0.95):
    a, b = np.asarray(a), np.asarray(b)
    difference, n = a - b, len(a)
    half = stats.t.ppf(0.975, n - 1) * difference.std(ddof=1) / np.sqrt(n)
    return difference.mean() - half, difference.mean() + half


def share_of_wins(a, b):
    return np.mean(np.asarray(a) > np.asarray(b))
