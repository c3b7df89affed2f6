# title: Forgets gamma on the way back
# kind: misconception
# fails: gradient-test 2/4
# hint: the factor gamma is missing

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    root = np.sqrt(z.var(axis=0) + epsilon)
    hat = (z - z.mean(axis=0)) / root
    dz = (g - g.mean(axis=0) - hat * (g * hat).mean(axis=0)) / root
    return dz, (g * hat).sum(axis=0), g.sum(axis=0)
