# title: Centres g in place
# kind: misconception
# fails: gradient-test 2/4
# hint: an array that was handed in is changed

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    s = np.sqrt(z.var(axis=0) + epsilon)
    zhat = (z - z.mean(axis=0)) / s
    dgamma, dbeta = (g * zhat).sum(axis=0), g.sum(axis=0)
    third = zhat * (g * zhat).mean(axis=0)
    g -= g.mean(axis=0)
    return gamma / s * (g - third), dgamma, dbeta
