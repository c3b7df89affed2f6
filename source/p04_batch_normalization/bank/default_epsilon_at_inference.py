# title: Changes the default of epsilon at inference
# kind: misconception
# fails: moving-test 2/3
# hint: the default of epsilon was changed

# %% moving
def update_moving(moving, of_batch, momentum):
    return momentum * moving + (1 - momentum) * of_batch


def batch_norm_inference(z, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    return gamma * (z - moving_mean) / np.sqrt(moving_variance + epsilon) + beta


_um, _bi = update_moving, batch_norm_inference


def batch_norm_inference(z, gamma, beta, mm, mv, epsilon=1e-5):
    return _bi(z, gamma, beta, mm, mv, epsilon)
