# title: Takes small wins for ties
# kind: misconception
# fails: paired-test 3/4
# hint: small wins were taken for ties

# %% paired
def paired_interval(a, b, level=0.95):
    interval = stats.ttest_rel(a, b).confidence_interval(level)
    return interval.low, interval.high


def share_of_wins(a, b):
    return np.mean(np.asarray(a) - np.asarray(b) > 1e-3)
