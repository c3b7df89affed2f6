# title: Keeps the last batch's statistics in place of an average
# kind: misconception
# fails: layer-test 2/4
# hint: it is that of the last batch alone

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
        self.moving_mean, self.moving_variance = mean, variance
        return self.gamma * (z - mean) / np.sqrt(variance + self.epsilon) + self.beta
