# title: Uses Keras' default epsilon in inference mode, whatever is given
# kind: misconception
# fails: moving-test 2/3, layer-test 3/4
# hint: epsilon is ignored, and Keras' default used

# %% moving
def update_moving(moving, of_batch, momentum):
    return momentum * moving + (1 - momentum) * of_batch


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (z - moving_mean) / np.sqrt(moving_variance + 1e-3) + beta
