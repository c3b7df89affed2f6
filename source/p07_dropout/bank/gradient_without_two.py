# title: Forgets the factor 2 of the gradient of a square
# kind: misconception
# fails: penalty-test 1/3
# hint: the factor 2 is missing

# %% penalty
def penalty(weights, l1, l2):
    return sum(l1 * np.abs(w).sum() + l2 * (w**2).sum() for w in weights)


def penalty_gradient(weights, l1, l2):
    return [l1 * np.sign(w) + l2 * w for w in weights]
