# title: Takes momentum for the weight of the new batch
# kind: misconception
# fails: moving-test 2/3, layer-test 2/4
# hint: momentum weighs the new batch here

# %% moving
def update_moving(moving, of_batch, momentum):
    return (1 - momentum) * moving + momentum * of_batch


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (z - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
