# title: Puts a half before the squares, as many texts do
# kind: misconception
# fails: penalty-test 2/3
# hint: there is a half before the squares

# %% penalty
def penalty(weights, l1, l2):
    return sum(l1 * np.abs(w).sum() + l2 / 2 * (w**2).sum() for w in weights)


def penalty_gradient(weights, l1, l2):
    return [l1 * np.sign(w) + 2 * l2 * w for w in weights]
