# title: Centres the pre-activations in place
# kind: misconception
# fails: gradient-test 2/4
# hint: an array that was handed in is changed

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    s = np.sqrt(z.var(axis=0) + epsilon)
    zh = (z - z.mean(axis=0)) / s
    dz = gamma / s * (g - g.mean(axis=0) - zh * (g * zh).mean(axis=0))
    return dz, (g * zh).sum(axis=0), g.sum(axis=0)


_bg = batch_norm_gradient


def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    out = _bg(g, z, gamma, epsilon)
    z -= z.mean(axis=0)
    return out
