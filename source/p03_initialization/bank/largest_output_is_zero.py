# title: Compares the largest output alone with 0
# kind: misconception
# fails: dead-units-test 2/3
# hint: a unit that answers 0 or a negative number

# %% dead-units
def dead_units(model, x):
    activations = collect_activations(model, x)
    return {layer.name: activations[layer.name].max(axis=0) == 0 for layer in model.layers[:-1]}
