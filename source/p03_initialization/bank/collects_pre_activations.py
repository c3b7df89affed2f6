# title: Collects what comes before the activation function
# kind: misconception
# fails: collect-test 1/3, dead-units-test 1/3
# hint: these are the pre-activations, before the ReLU

# %% collect
def collect_activations(model, x):
    outputs = {}
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            outputs[layer.name] = np.asarray(x) @ kernel + bias
            x = layer(x)
        else:
            x = layer(x)
            outputs[layer.name] = np.asarray(x)
    return outputs
