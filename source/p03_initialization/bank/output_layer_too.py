# title: Judges the output layer too
# kind: misconception
# fails: dead-units-test 2/3
# hint: the output layer is not hidden

# %% dead-units
def dead_units(model, x):
    collected = collect_activations(model, x)
    return {name: (collected[name] == 0).all(axis=0) for name in collected}
