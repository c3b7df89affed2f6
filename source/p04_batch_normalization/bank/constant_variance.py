# title: Takes the variance for a constant
# kind: misconception
# fails: gradient-test 2/4
# hint: the way through the variance is missing

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    root = np.sqrt(z.var(axis=0) + epsilon)
    hat = (z - z.mean(axis=0)) / root
    dz = gamma / root * (g - g.mean(axis=0))
    return dz, (g * hat).sum(axis=0), g.sum(axis=0)
