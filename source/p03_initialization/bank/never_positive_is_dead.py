# title: Takes units that are never positive for dead
# kind: misconception
# fails: dead-units-test 1/3
# hint: negative outputs were taken for 0

# %% dead-units
def dead_units(model, x):
    return {k: (v == 0).all(axis=0) for k, v in list(collect_activations(model, x).items())[:-1]}


_d = dead_units


def dead_units(model, x):
    return {k: v.max(axis=0) <= 0 for k, v in list(collect_activations(model, x).items())[:-1]}
