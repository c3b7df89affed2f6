# title: Takes the mean of g in the term of the variance
# kind: misconception
# fails: gradient-test 2/4
# hint: the mean of g times ẑ belongs there

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    s = np.sqrt(z.var(axis=0) + epsilon)
    zhat = (z - z.mean(axis=0)) / s
    dz = gamma / s * (g - g.mean(axis=0) - zhat * g.mean(axis=0))
    return dz, (g * zhat).sum(axis=0), g.sum(axis=0)
