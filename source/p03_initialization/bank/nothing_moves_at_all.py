# title: Thinks that nothing of the ReLU network moves
# kind: misconception
# fails: different-units-test 3/4
# hint: a bias needs no signal from below

# %% different-units
def different_units(model):
    counts = []
    for layer in model.layers[:-1]:
        kernel, bias = layer.get_weights()
        counts.append(np.unique(np.round(np.vstack([kernel, bias]), 6), axis=1).shape[1])
    return counts


moved_sigmoid = 510
moved_relu = 0
