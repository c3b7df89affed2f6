# title: Takes mean and variance for constants
# kind: misconception
# fails: gradient-test 1/4
# hint: the ways through mean and variance are missing

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    root = np.sqrt(z.var(axis=0) + epsilon)
    hat = (z - z.mean(axis=0)) / root
    dz = gamma / root * g
    return dz, (g * hat).sum(axis=0), g.sum(axis=0)
