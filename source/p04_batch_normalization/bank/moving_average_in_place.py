# title: Changes the moving average in place
# kind: misconception
# fails: moving-test 2/3
# hint: Return a new array; do not use +=

# %% moving
def update_moving(moving, of_batch, momentum):
    moving *= momentum
    moving += (1 - momentum) * of_batch
    return moving


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (z - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
