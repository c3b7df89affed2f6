# title: Normalises with the statistics of the batch
# kind: misconception
# fails: collect-test 2/3
# hint: with the statistics of the batch

# %% collect
def collect_activations(model, x):
    out = {}
    for layer in model.layers:
        x = (
            layer(x, training=False)
            if layer.__class__.__name__ in ("Dropout", "BatchNormalization")
            else layer(x)
        )
        out[layer.name] = np.array(x)
    return out


_ca = collect_activations


def collect_activations(model, x):
    out = {}
    for layer in model.layers:
        x = layer(x, training=True) if "Batch" in type(layer).__name__ else layer(x)
        out[layer.name] = np.array(x)
    return out
