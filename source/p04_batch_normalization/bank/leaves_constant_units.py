# title: Leaves constant units as they are
# kind: misconception
# fails: batch-norm-test 2/3
# hint: this was left as it is

# %% batch-norm
def batch_norm(z, gamma, beta, epsilon=1e-3):
    ax = tuple(range(z.ndim - 1))
    m, v = z.mean(axis=ax), z.var(axis=ax)
    return gamma * (z - m) / np.sqrt(v + epsilon) + beta, m, v


_bn = batch_norm


def batch_norm(z, gamma, beta, epsilon=1e-3):
    y, m, v = _bn(z, gamma, beta, epsilon)
    return np.where(v == 0, z, y), m, v
