# title: Cuts the interval off at -1 and 1
# kind: misconception
# fails: paired-test 2/4
# hint: the ends are cut off at −1 and 1

# %% paired
def paired_interval(a, b, level=0.95):
    interval = stats.ttest_rel(a, b).confidence_interval(level)
    return max(interval.low, -1), min(interval.high, 1)


def share_of_wins(a, b):
    return np.mean(np.asarray(a) > np.asarray(b))
