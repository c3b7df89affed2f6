# title: Adds epsilon to the caller's variance
# kind: misconception
# fails: moving-test 2/3, layer-test 3/4
# hint: an array that was handed in is changed

# %% moving
def update_moving(moving, of_batch, momentum):
    return momentum * moving + (1 - momentum) * of_batch


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    moving_variance += epsilon
    return gamma * (z - moving_mean) / np.sqrt(moving_variance) + beta
