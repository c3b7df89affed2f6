# title: Centres the batch in place
# kind: misconception
# fails: layer-test 3/4
# hint: the batch that was handed in is changed

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))

    def __call__(self, z, training=False):
        if not training:
            return (
                self.gamma * (z - self.moving_mean) / np.sqrt(self.moving_variance + self.epsilon) + self.beta
            )
        mean, variance = z.mean(axis=0), z.var(axis=0)
        self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
        self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        z -= mean
        return self.gamma * z / np.sqrt(variance + self.epsilon) + self.beta
