# title: Divides by the norm of a gradient of zeros
# kind: misconception
# fails: clip-test 3/4
# hint: it was divided by its norm, which is 0

# %% clip
def clip_by_value(gradients, limit):
    return [np.clip(gradient, -limit, limit) for gradient in gradients]


def clip_by_global_norm(gradients, limit):
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    return [gradient / norm * min(norm, limit) for gradient in gradients]


def angle_between(gradients, others):
    u = np.concatenate([gradient.ravel() for gradient in gradients])
    v = np.concatenate([gradient.ravel() for gradient in others])
    cosine = u @ v / np.linalg.norm(u) / np.linalg.norm(v)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
