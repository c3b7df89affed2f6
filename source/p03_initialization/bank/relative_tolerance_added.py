# title: Compares with np.allclose and its relative tolerance
# kind: misconception
# fails: different-units-test 3/4
# hint: 0.000001 is the limit

# %% different-units
def different_units(model):
    out = []
    for layer in model.layers[:-1]:
        k, b = layer.get_weights()
        u = np.vstack([k, b]).T
        kinds = []
        for one in u:
            if not any(np.all(np.abs(one - o) <= 1e-6) for o in kinds):
                kinds.append(one)
        out.append(len(kinds))
    return out


def _du(model, same):
    out = []
    for layer in model.layers[:-1]:
        k, b = layer.get_weights()
        u = np.vstack([k, b]).T.astype("float64")
        kinds = []
        for one in u:
            if not any(same(one, o) for o in kinds):
                kinds.append(one)
        out.append(len(kinds))
    return out


moved_sigmoid, moved_relu = 510, 10


def different_units(model):
    return _du(model, lambda a, b: np.allclose(a, b, atol=1e-6))
