# title: Takes momentum 0 for no momentum given
# kind: misconception
# fails: layer-test 3/4
# hint: momentum 0 is taken for none

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=None, epsilon=1e-3):
        self.gamma, self.beta, self.epsilon = gamma, beta, epsilon
        self.momentum = momentum or 0.99
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))

    def __call__(self, z, training=False):
        if training:
            used = z.mean(axis=0), z.var(axis=0)
            self.moving_mean = update_moving(self.moving_mean, used[0], self.momentum)
            self.moving_variance = update_moving(self.moving_variance, used[1], self.momentum)
        else:
            used = self.moving_mean, self.moving_variance
        return batch_norm_inference(z, self.gamma, self.beta, *used, self.epsilon)
