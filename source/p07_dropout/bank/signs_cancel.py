# title: Sums the weights without absolute values
# kind: misconception
# fails: penalty-test 2/3
# hint: the absolute values are missing

# %% penalty
def penalty(weights, l1, l2):
    return sum(l1 * w.sum() + l2 * (w**2).sum() for w in weights)


def penalty_gradient(weights, l1, l2):
    return [l1 * np.sign(w) + 2 * l2 * w for w in weights]
