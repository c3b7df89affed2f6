# title: Divides by the variance
# kind: misconception
# fails: batch-norm-test 0/3, layer-test 3/4
# hint: this divides by the variance, without the root

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    axes = tuple(range(z.ndim - 1))
    mean, variance = z.mean(axis=axes), z.var(axis=axes)
    return gamma * (z - mean) / (variance + epsilon) + beta, mean, variance
