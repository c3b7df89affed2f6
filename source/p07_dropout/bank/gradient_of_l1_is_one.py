# title: Takes 1 for the gradient of |w|
# kind: misconception
# fails: penalty-test 1/3
# hint: not 1

# %% penalty
def penalty(weights, l1, l2):
    return sum(l1 * np.abs(w).sum() + l2 * (w**2).sum() for w in weights)


def penalty_gradient(weights, l1, l2):
    return [l1 + 2 * l2 * w for w in weights]
