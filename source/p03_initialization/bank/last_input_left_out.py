# title: Leaves out the last input
# kind: misconception
# fails: dead-units-test 2/3
# hint: the last input was left out

# %% dead-units
def dead_units(model, x):
    return {k: (v == 0).all(axis=0) for k, v in list(collect_activations(model, x).items())[:-1]}


_d = dead_units


def dead_units(model, x):
    return _d(model, x[:-1])
