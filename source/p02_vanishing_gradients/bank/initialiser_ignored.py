# title: Leaves the initial weights to Keras, and counts no biases
# kind: misconception
# fails: deep-mlp-test 1/3
# hint: these are Glorot weights, which Dense uses when told nothing else

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    layers = [keras.Input(shape=(784,))]
    for units in [300] + [100] * n_deep:
        layers.append(keras.layers.Dense(units, activation=activation))
    layers.append(keras.layers.Dense(10, activation="softmax"))
    return keras.Sequential(layers)


deep_parameters = 856200
