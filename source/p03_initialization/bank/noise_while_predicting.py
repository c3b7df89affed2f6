# title: Runs layers of noise as in training
# kind: misconception
# fails: collect-test 2/3
# hint: the layer adds noise, as in training

# %% collect
def collect_activations(model, x):
    activations = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.GaussianNoise):
            x = layer(x, training=True)
        else:
            x = layer(x)
        activations[layer.name] = np.array(x)
    return activations
