# title: Adds the outputs up and compares the sum with 0
# kind: misconception
# fails: dead-units-test 2/3
# hint: may add up to 0

# %% dead-units
def dead_units(model, x):
    return {k: (v == 0).all(axis=0) for k, v in list(collect_activations(model, x).items())[:-1]}


_d = dead_units


def dead_units(model, x):
    return {k: v.sum(axis=0) == 0 for k, v in list(collect_activations(model, x).items())[:-1]}
