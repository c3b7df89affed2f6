# title: Normalises the array in place
# kind: misconception
# fails: layer-test 3/4
# hint: the array that was handed in is changed

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
    def __call__(self, z, training=False):
        if not training:
            z -= self.moving_mean
            z /= np.sqrt(self.moving_variance + self.epsilon)
            z *= self.gamma
            z += self.beta
            return z
        return super().__call__(z, training)
