# title: Compares with np.isclose
# kind: misconception
# fails: dead-units-test 2/3
# hint: an output near 0 was taken for 0

# %% dead-units
def dead_units(model, x):
    return {k: (v == 0).all(axis=0) for k, v in list(collect_activations(model, x).items())[:-1]}


_d = dead_units


def dead_units(model, x):
    return {k: np.isclose(v, 0).all(axis=0) for k, v in list(collect_activations(model, x).items())[:-1]}
