# title: Takes units that are never positive for dead
# kind: misconception
# fails: dead-units-test 1/3
# hint: a unit that answers 0 or a negative number

# %% dead-units
def dead_units(model, x):
    return {k: (v == 0).all(axis=0) for k, v in list(collect_activations(model, x).items())[:-1]}


_d = dead_units


def dead_units(model, x):
    return {k: v.max(axis=0) <= 0 for k, v in list(collect_activations(model, x).items())[:-1]}
