# title: Compares the rows of the kernel
# kind: misconception
# fails: different-units-test 2/4
# hint: rows of the kernel are inputs; its columns are the units

# %% different-units
def different_units(model):
    counts = []
    for layer in model.layers[:-1]:
        kernel, bias = layer.get_weights()
        counts.append(len(np.unique(np.round(kernel, 6), axis=0)))
    return counts


moved_sigmoid = 510
moved_relu = 10
