# title: Keeps the variance with m - 1, as PyTorch does
# kind: misconception
# fails: layer-test 2/4
# hint: as PyTorch does

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta = gamma, beta
        self.momentum, self.epsilon = momentum, epsilon
        self.moving_mean = np.zeros(len(gamma))
        self.moving_variance = np.ones(len(gamma))

    def __call__(self, z, training=False):
        if training:
            mean, variance = z.mean(axis=0), z.var(axis=0)
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * z.var(
                axis=0, ddof=1
            )
        else:
            mean, variance = self.moving_mean, self.moving_variance
        return self.gamma * (z - mean) / np.sqrt(variance + self.epsilon) + self.beta
