# title: Takes the normal distribution
# kind: misconception
# fails: paired-test 1/4
# hint: quantile of the normal distribution

# %% paired
def paired_interval(a, b, level=0.95):
    a, b = np.asarray(a), np.asarray(b)
    difference, n = a - b, len(a)
    half = stats.norm.ppf((1 + level) / 2) * difference.std(ddof=1) / np.sqrt(n)
    return difference.mean() - half, difference.mean() + half


def share_of_wins(a, b):
    return np.mean(np.asarray(a) > np.asarray(b))
