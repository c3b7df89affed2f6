# title: Changes the default of epsilon
# kind: misconception
# fails: batch-norm-test 2/3
# hint: the default of epsilon was changed

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    ax = tuple(range(z.ndim - 1))
    m, v = z.mean(axis=ax), z.var(axis=ax)
    return gamma * (z - m) / np.sqrt(v + epsilon) + beta, m, v


_bn = batch_norm


def batch_norm(z, gamma, beta, epsilon=1e-5):
    return _bn(z, gamma, beta, epsilon)
