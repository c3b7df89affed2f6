# title: Gives a layer the inputs of the network wherever their number fits
# kind: misconception
# fails: collect-test 2/3
# hint: this is what the layer gives for the inputs of the network

# %% collect
def collect_activations(model, x):
    found, signal = {}, x
    for layer in model.layers:
        signal = layer(x) if layer.input.shape[-1] == x.shape[-1] else layer(signal)
        found[layer.name] = keras.ops.convert_to_numpy(signal)
    return found
