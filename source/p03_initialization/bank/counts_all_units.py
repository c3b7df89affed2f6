# title: Counts all units
# kind: misconception
# fails: different-units-test 2/4
# hint: all units were counted

# %% different-units
def different_units(model):
    counts = []
    for layer in model.layers[:-1]:
        kernel, bias = layer.get_weights()
        counts.append(kernel.shape[1])
    return counts


moved_sigmoid = 510
moved_relu = 10
