# title: Mixes up the two ways to clip
# kind: misconception
# fails: clip-test 1/4
# hint: this is clipping by norm

# %% clip
def clip_by_value(gradients, limit):
    return [g / np.linalg.norm(g) * limit for g in gradients]


def clip_by_global_norm(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def angle_between(gradients, others):
    u = np.concatenate([g.ravel() for g in gradients])
    v = np.concatenate([o.ravel() for o in others])
    cosine = np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1, 1)
    return np.degrees(np.arccos(cosine))
