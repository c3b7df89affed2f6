# title: Averages over the weights
# kind: misconception
# fails: penalty-test 2/3
# hint: these are means

# %% penalty
def penalty(weights, l1, l2):
    return l1 * np.mean(np.abs(np.concatenate([w.ravel() for w in weights]))) + l2 * np.mean(
        np.concatenate([w.ravel() for w in weights]) ** 2
    )


def penalty_gradient(weights, l1, l2):
    return [l1 * np.sign(w) + 2 * l2 * w for w in weights]
