# title: Takes momentum 0 for none
# kind: misconception
# fails: moving-test 2/3, layer-test 3/4
# hint: momentum 0 is taken for none

# %% moving
def update_moving(moving, of_batch, momentum):
    return momentum * moving + (1 - momentum) * of_batch


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (z - moving_mean) / np.sqrt(moving_variance + epsilon) + beta


_um, _bi = update_moving, batch_norm_inference


def update_moving(moving, of_batch, momentum):
    momentum = momentum or 0.99
    return _um(moving, of_batch, momentum)
