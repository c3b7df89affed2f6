# title: Uses a momentum of 0.99 whatever is asked for
# kind: misconception
# fails: layer-test 2/4
# hint: momentum is ignored, and the default or that of another layer used

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))

    def __call__(self, z, training=False):
        if not training:
            root = np.sqrt(self.moving_variance + self.epsilon)
            return self.gamma * (z - self.moving_mean) / root + self.beta
        mean, variance = z.mean(axis=0), z.var(axis=0)
        self.moving_mean = 0.99 * self.moving_mean + (1 - 0.99) * mean
        self.moving_variance = 0.99 * self.moving_variance + (1 - 0.99) * variance
        return self.gamma * (z - mean) / np.sqrt(variance + self.epsilon) + self.beta
