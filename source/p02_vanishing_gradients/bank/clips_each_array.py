# title: Clips each array by its own norm
# kind: misconception
# fails: clip-test 3/4
# hint: each array was clipped by its own norm

# %% clip
def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_global_norm(gradients, limit):
    return [g * min(1, limit / np.linalg.norm(g)) for g in gradients]


def angle_between(gradients, others):
    u = np.concatenate([g.ravel() for g in gradients])
    v = np.concatenate([o.ravel() for o in others])
    cosine = np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1, 1)
    return np.degrees(np.arccos(cosine))
