# title: Takes the axis away from the statistics of a single unit
# kind: misconception
# fails: batch-norm-test 2/3
# hint: for a single unit too

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    axes = tuple(range(z.ndim - 1))
    centre = z.mean(axis=axes, keepdims=True)
    spread = z.var(axis=axes, keepdims=True)
    return gamma * (z - centre) / np.sqrt(spread + epsilon) + beta, centre.squeeze(), spread.squeeze()
