# title: Freezes the model so that nothing is dropped
# kind: misconception
# fails: collect-test 2/3
# hint: the model that was handed in is frozen

# %% collect
def collect_activations(model, x):
    model.trainable = False
    found = {}
    for layer in model.layers:
        x = layer(x)
        found[layer.name] = keras.ops.convert_to_numpy(x)
    return found
