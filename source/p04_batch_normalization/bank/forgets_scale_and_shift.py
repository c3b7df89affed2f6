# title: Forgets gamma and beta
# kind: misconception
# fails: batch-norm-test 1/3, layer-test 3/4
# hint: gamma and beta are ignored

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    axes = tuple(range(z.ndim - 1))
    mean, variance = z.mean(axis=axes), z.var(axis=axes)
    return (z - mean) / np.sqrt(variance + epsilon), mean, variance
