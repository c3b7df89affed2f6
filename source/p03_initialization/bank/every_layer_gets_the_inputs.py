# title: Gives the network's inputs to every layer
# kind: misconception
# fails: collect-test 0/3, dead-units-test 0/3
# hint: incompatible with the layer

# %% collect
def collect_activations(model, x):
    return {layer.name: np.asarray(layer(x)) for layer in model.layers}
