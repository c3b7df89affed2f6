# title: Changes the default of epsilon in the gradient
# kind: misconception
# fails: gradient-test 2/4
# hint: the default of epsilon was changed

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    s = np.sqrt(z.var(axis=0) + epsilon)
    zh = (z - z.mean(axis=0)) / s
    dz = gamma / s * (g - g.mean(axis=0) - zh * (g * zh).mean(axis=0))
    return dz, (g * zh).sum(axis=0), g.sum(axis=0)


_bg = batch_norm_gradient


def batch_norm_gradient(g, z, gamma, epsilon=1e-5):
    return _bg(g, z, gamma, epsilon)
