# title: Returns tensors rather than arrays
# kind: misconception
# fails: collect-test 2/3
# hint: the outputs are NumPy arrays

# %% collect
def collect_activations(model, x):
    collected = {}
    for layer in model.layers:
        x = layer(x)
        collected[layer.name] = x
    return collected


# %% dead-units
def dead_units(model, x):
    *hidden, _ = collect_activations(model, x).items()
    return {name: (np.array(outputs) == 0).all(axis=0) for name, outputs in hidden}
