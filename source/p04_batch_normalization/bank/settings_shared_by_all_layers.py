# title: Keeps momentum and epsilon in the class
# kind: misconception
# fails: layer-test 3/4
# hint: or that of another layer used

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))

    def __call__(self, z, training=False):
        if training:
            m, v = z.mean(axis=0), z.var(axis=0)
            a = self.momentum
            self.moving_mean = a * self.moving_mean + (1 - a) * m
            self.moving_variance = a * self.moving_variance + (1 - a) * v
        else:
            m, v = self.moving_mean, self.moving_variance
        return self.gamma * (z - m) / np.sqrt(v + self.epsilon) + self.beta


_B = BatchNorm


class BatchNorm(_B):
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        super().__init__(gamma, beta, momentum, epsilon)
        type(self).shared = (momentum, epsilon)

    def __call__(self, z, training=False):
        self.momentum, self.epsilon = type(self).shared
        return super().__call__(z, training)
