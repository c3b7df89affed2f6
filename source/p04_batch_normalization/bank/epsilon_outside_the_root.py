# title: Adds epsilon to the standard deviation
# kind: misconception
# fails: batch-norm-test 0/3, layer-test 3/4
# hint: epsilon was added to the standard deviation

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    mean, variance = z.mean(axis=0), z.var(axis=0)
    return gamma * (z - mean) / (np.sqrt(variance) + epsilon) + beta, mean, variance
