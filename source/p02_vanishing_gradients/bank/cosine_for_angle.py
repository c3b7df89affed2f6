# title: Gives the cosine
# kind: misconception
# fails: clip-test 3/4
# hint: this is the cosine

# %% clip
def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_global_norm(gradients, limit):
    total = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * min(1, limit / total) for g in gradients]


def angle_between(gradients, others):
    u = np.concatenate([g.ravel() for g in gradients])
    v = np.concatenate([o.ravel() for o in others])
    cosine = np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1, 1)
    return cosine
