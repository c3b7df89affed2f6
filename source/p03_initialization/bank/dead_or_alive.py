# title: Marks the living units
# kind: misconception
# fails: dead-units-test 0/3
# hint: these are the living

# %% dead-units
def dead_units(model, x):
    collected = collect_activations(model, x)
    return {name: (collected[name] > 0).any(axis=0) for name in list(collected)[:-1]}
