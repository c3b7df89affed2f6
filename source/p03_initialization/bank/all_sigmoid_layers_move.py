# title: Thinks that all layers of the sigmoid network move in the first step
# kind: misconception
# fails: different-units-test 3/4
# hint: no error comes back to the hidden layers

# %% different-units
def different_units(model):
    counts = []
    for layer in model.layers[:-1]:
        kernel, bias = layer.get_weights()
        counts.append(np.unique(np.round(np.vstack([kernel, bias]), 6), axis=1).shape[1])
    return counts


moved_sigmoid = 44860
moved_relu = 10
