# title: Loses the sign of gamma
# kind: misconception
# fails: batch-norm-test 1/3, layer-test 3/4
# hint: the sign of gamma is lost

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    ax = tuple(range(z.ndim - 1))
    m, v = z.mean(axis=ax), z.var(axis=ax)
    return gamma * (z - m) / np.sqrt(v + epsilon) + beta, m, v


_bn = batch_norm


def batch_norm(z, gamma, beta, epsilon=1e-3):
    return _bn(z, np.abs(gamma), beta, epsilon)
