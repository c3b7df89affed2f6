# title: Counts the output layer among the hidden ones
# kind: misconception
# fails: different-units-test 2/4
# hint: the output layer is not hidden

# %% different-units
def different_units(model):
    counts = []
    for layer in model.layers:
        kernel, bias = layer.get_weights()
        counts.append(np.unique(np.round(np.vstack([kernel, bias]), 6), axis=1).shape[1])
    return counts


moved_sigmoid = 510
moved_relu = 10
