# title: Normalises with the batch's statistics in both modes
# kind: misconception
# fails: layer-test 3/4
# hint: the new batch's own statistics were used

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))

    def __call__(self, z, training=False):
        mean, variance = z.mean(axis=0), z.var(axis=0)
        if training:
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        return self.gamma * (z - mean) / np.sqrt(variance + self.epsilon) + self.beta
