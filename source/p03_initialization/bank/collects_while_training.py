# title: Calls the layers in training mode, so that dropout drops
# kind: misconception
# fails: collect-test 1/3
# hint: the dropout layer drops something

# %% collect
def collect_activations(model, x):
    outputs = {}
    for layer in model.layers:
        x = layer(x, training=True) if isinstance(layer, keras.layers.Dropout) else layer(x)
        outputs[layer.name] = np.asarray(x)
    return outputs
