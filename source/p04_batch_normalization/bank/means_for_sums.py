# title: Averages the gradients of gamma and beta
# kind: misconception
# fails: gradient-test 3/4
# hint: this is the mean over the batch, not the sum

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    root = np.sqrt(z.var(axis=0) + epsilon)
    hat = (z - z.mean(axis=0)) / root
    dz = gamma / root * (g - g.mean(axis=0) - hat * (g * hat).mean(axis=0))
    return dz, (g * hat).mean(axis=0), g.mean(axis=0)
