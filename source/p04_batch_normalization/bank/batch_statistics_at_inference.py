# title: Uses the batch's statistics in inference mode
# kind: misconception
# fails: moving-test 1/3, layer-test 3/4
# hint: the batch's own statistics were used

# %% moving
def update_moving(moving, of_batch, momentum):
    return momentum * moving + (1 - momentum) * of_batch


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return batch_norm(z, gamma, beta, epsilon)[0]
