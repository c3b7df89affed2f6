# title: Normalises each image by itself, as layer normalisation does
# kind: misconception
# fails: batch-norm-test 0/3, layer-test 0/4
# hint: each image was normalised by itself

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    mean = z.mean(axis=-1, keepdims=True)
    variance = z.var(axis=-1, keepdims=True)
    return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta, mean, variance
