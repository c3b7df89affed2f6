# title: Divides the variance by m - 1
# kind: misconception
# fails: batch-norm-test 0/3, layer-test 1/4
# hint: the variance was divided by m − 1 rather than m

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    axes = tuple(range(z.ndim - 1))
    mean, variance = z.mean(axis=axes), z.var(axis=axes, ddof=1)
    return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta, mean, variance
