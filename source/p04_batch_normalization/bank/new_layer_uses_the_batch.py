# title: Uses the batch's statistics for a prediction as long as there are no others
# kind: misconception
# fails: layer-test 3/4
# hint: the new batch's own statistics were used

# %% layer
class BatchNorm:
    def __init__(self, gamma, beta, momentum=0.99, epsilon=1e-3):
        self.gamma, self.beta, self.momentum, self.epsilon = gamma, beta, momentum, epsilon
        self.moving_mean, self.moving_variance = np.zeros(len(gamma)), np.ones(len(gamma))

    def __call__(self, z, training=False):
        untrained = not self.moving_mean.any()
        if not training and not untrained:
            return batch_norm_inference(
                z, self.gamma, self.beta, self.moving_mean, self.moving_variance, self.epsilon
            )
        y, mean, variance = batch_norm(z, self.gamma, self.beta, self.epsilon)
        if training:
            self.moving_mean = update_moving(self.moving_mean, mean, self.momentum)
            self.moving_variance = update_moving(self.moving_variance, variance, self.momentum)
        return y
