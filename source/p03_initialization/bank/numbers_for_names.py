# title: Numbers the layers rather than naming them
# kind: misconception
# fails: collect-test 0/3, dead-units-test 0/3
# hint: each layer has an attribute name

# %% collect
def collect_activations(model, x):
    outputs = {}
    for number, layer in enumerate(model.layers):
        x = layer(x)
        outputs[f"layer {number}"] = np.asarray(x)
    return outputs
