# title: Keeps the averages in the class
# kind: misconception
# fails: layer-test 2/4
# hint: all layers share their averages

# %% layer
class BatchNorm:
    averages = {}

    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.averages.setdefault(len(gamma), [np.zeros(len(gamma)), np.ones(len(gamma))])

    @property
    def moving_mean(self):
        return self.averages[len(self.gamma)][0]

    @property
    def moving_variance(self):
        return self.averages[len(self.gamma)][1]

    def __call__(self, z, training=False):
        mean, variance = self.averages[len(self.gamma)]
        if training:
            batch_mean, batch_variance, m = z.mean(axis=0), z.var(axis=0), self.momentum
            self.averages[len(self.gamma)] = [
                m * mean + (1 - m) * batch_mean,
                m * variance + (1 - m) * batch_variance,
            ]
            mean, variance = batch_mean, batch_variance
        return self.gamma * (z - mean) / np.sqrt(variance + self.epsilon) + self.beta
