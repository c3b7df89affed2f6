# title: Compares the weights and not the biases
# kind: misconception
# fails: different-units-test 3/4
# hint: the biases were not compared

# %% different-units
def different_units(model):
    counts = []
    for layer in model.layers[:-1]:
        kernel, bias = layer.get_weights()
        counts.append(np.unique(np.round(kernel, 6), axis=1).shape[1])
    return counts


moved_sigmoid = 510
moved_relu = 10
