# title: Builds the network in order to count
# kind: misconception
# fails: count-test 1/2
# hint: a network was built in order to count

# %% count
def count_bn_parameters(layer_sizes):
    chain = [keras.Input(shape=(layer_sizes[0],))]
    for units in layer_sizes[1:-1]:
        chain += [keras.layers.Dense(units, use_bias=False), keras.layers.BatchNormalization()]
    model = keras.Sequential([*chain, keras.layers.Dense(layer_sizes[-1])])
    trainable = sum(np.prod(variable.shape) for variable in model.trainable_variables)
    return trainable, model.count_params() - trainable


counts = {"layer": 200, "trainable": 100, "saved": 150}
