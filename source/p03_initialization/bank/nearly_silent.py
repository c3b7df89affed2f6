# title: Takes a small output for none
# kind: misconception
# fails: dead-units-test 2/3
# hint: these units are near 0, and never exactly 0

# %% dead-units
def dead_units(model, x):
    collected = collect_activations(model, x)
    return {name: (np.abs(collected[name]) < 0.004).all(axis=0) for name in list(collected)[:-1]}
