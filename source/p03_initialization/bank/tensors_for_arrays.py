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
