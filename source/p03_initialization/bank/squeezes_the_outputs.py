# title: Removes axes of length 1 from the outputs
# kind: misconception
# fails: collect-test 2/3, dead-units-test 2/3
# hint: axes of length 1 were removed

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
    return {k: np.squeeze(v) for k, v in _ca(model, x).items()}
