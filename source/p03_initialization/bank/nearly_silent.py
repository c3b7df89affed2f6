# title: Takes a small output for none
# kind: misconception
# fails: dead-units-test 2/3
# hint: an output near 0 was taken for 0

# %% dead-units
def dead_units(model, x):
    collected = collect_activations(model, x)
    return {name: (np.abs(collected[name]) < 0.004).all(axis=0) for name in list(collected)[:-1]}
