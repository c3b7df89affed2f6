# title: Takes the norm of the weights for the sum of squares
# kind: misconception
# fails: penalty-test 2/3
# hint: the root of the sum of squares

# %% penalty
def penalty(weights, l1, l2):
    return l1 * sum(np.abs(w).sum() for w in weights) + l2 * np.sqrt(sum((w**2).sum() for w in weights))


def penalty_gradient(weights, l1, l2):
    return [l1 * np.sign(w) + 2 * l2 * w for w in weights]
