# title: Keeps its dict from call to call
# kind: misconception
# fails: collect-test 2/3, dead-units-test 2/3
# hint: the dict still holds what an earlier call found

# %% collect
def collect_activations(model, x, found={}):
    for layer in model.layers:
        x = layer(x)
        found[layer.name] = keras.ops.convert_to_numpy(x)
    return found
