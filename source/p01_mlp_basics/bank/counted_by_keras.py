# title: Builds the network in order to count
# kind: misconception
# fails: count-parameters-test 1/2
# hint: a network was built in order to count

# %% count-parameters
def count_parameters(layer_sizes):
    layers = [keras.Input((layer_sizes[0],))] + [keras.layers.Dense(n) for n in layer_sizes[1:]]
    return keras.Sequential(layers).count_params()


parameter_table = {
    "ReLU": 10 * 100 + 100,
    "PReLU": 100 * 200 + 200 + 200,
    "SELU": 200 * 50 + 50,
    "output": 50 * 5 + 5,
}
parameter_table["total"] = sum(parameter_table.values())
