# title: Counts the first two arrays
# kind: misconception
# fails: penalty-test 2/3
# hint: only the first two arrays are counted

# %% penalty
def penalty(weights, l1, l2):
    return sum(l1 * np.sum(np.abs(w)) + l2 * np.sum(w**2) for w in weights[:2])


def penalty_gradient(weights, l1, l2):
    return [l1 * np.sign(w) + 2 * l2 * w for w in weights]
