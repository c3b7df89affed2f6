# title: Looks at the first input only
# kind: misconception
# fails: dead-units-test 2/3
# hint: only the first input was looked at

# %% dead-units
def dead_units(model, x):
    collected = collect_activations(model, x)
    return {name: collected[name][0] == 0 for name in list(collected)[:-1]}
