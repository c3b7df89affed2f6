# title: Updates the moving averages while it predicts
# kind: misconception
# fails: layer-test 3/4
# hint: Update them only if training is True

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))

    def __call__(self, z, training=False):
        mean, variance = z.mean(axis=0), z.var(axis=0)
        used = (mean, variance) if training else (self.moving_mean, self.moving_variance)
        self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
        self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        return self.gamma * (z - used[0]) / np.sqrt(used[1] + self.epsilon) + self.beta
