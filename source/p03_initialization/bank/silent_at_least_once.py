# title: Calls a unit dead that is silent for one input
# kind: misconception
# fails: dead-units-test 2/3
# hint: these units are silent for at least one input

# %% dead-units
def dead_units(model, x):
    collected = collect_activations(model, x)
    return {name: (collected[name] == 0).any(axis=0) for name in list(collected)[:-1]}
