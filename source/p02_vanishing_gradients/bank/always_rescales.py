# title: Stretches short gradients to the limit
# kind: misconception
# fails: clip-test 3/4
# hint: it was made longer, up to the limit

# %% clip
def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_global_norm(gradients, limit):
    total = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * limit / total for g in gradients]


def angle_between(gradients, others):
    u = np.concatenate([g.ravel() for g in gradients])
    v = np.concatenate([o.ravel() for o in others])
    cosine = np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1, 1)
    return np.degrees(np.arccos(cosine))
