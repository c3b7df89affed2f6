# title: Takes 0.001 for epsilon in inference mode
# kind: misconception
# fails: layer-test 3/4
# hint: epsilon is ignored at inference

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
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        else:
            return self.gamma * (z - self.moving_mean) / np.sqrt(self.moving_variance + 1e-3) + self.beta
        return self.gamma * (z - mean) / np.sqrt(variance + self.epsilon) + self.beta
