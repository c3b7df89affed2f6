# title: Takes the output of a network of one layer for a list
# kind: misconception
# fails: collect-test 2/3
# hint: a model with one output gives that output itself

# %% collect
def collect_activations(model, x):
    outputs = keras.Model(model.inputs[0], [layer.output for layer in model.layers]).predict(x, verbose=0)
    return {layer.name: output for layer, output in zip(model.layers, outputs, strict=False)}
