# title: Takes the mean over the first axis alone, for images too
# kind: misconception
# fails: batch-norm-test 2/3
# hint: each pixel has a mean of its own

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    mean, variance = z.mean(axis=0), z.var(axis=0)
    return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta, mean, variance
