# title: Subtracts b from a in place
# kind: misconception
# fails: paired-test 3/4
# hint: paired_interval changes the results of whoever calls it

# %% paired
def paired_interval(a, b, level=0.95):
    difference = np.asarray(a)
    difference -= np.asarray(b)
    n = len(difference)
    half_width = stats.t.ppf((1 + level) / 2, n - 1) * difference.std(ddof=1) / np.sqrt(n)
    return difference.mean() - half_width, difference.mean() + half_width


def share_of_wins(a, b):
    return np.mean(np.asarray(a) > np.asarray(b))
