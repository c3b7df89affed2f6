# title: Gets the normalised values back from y, by dividing by gamma
# kind: misconception
# fails: gradient-test 2/4
# hint: not a number

# %% gradient
def batch_norm_gradient(g, z, gamma, epsilon=1e-3):
    root = np.sqrt(z.var(axis=0) + epsilon)
    y = gamma * (z - z.mean(axis=0)) / root
    with np.errstate(invalid="ignore"):
        hat = y / gamma
    dgamma, dbeta = (g * hat).sum(axis=0), g.sum(axis=0)
    return gamma / root * (g - (dbeta + hat * dgamma) / len(z)), dgamma, dbeta
