# title: Divides by the moving variance
# kind: misconception
# fails: moving-test 2/3, layer-test 3/4
# hint: this divides by the variance, without the root

# %% moving
def update_moving(moving, of_batch, momentum):
    return momentum * moving + (1 - momentum) * of_batch


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (z - moving_mean) / (moving_variance + epsilon) + beta
