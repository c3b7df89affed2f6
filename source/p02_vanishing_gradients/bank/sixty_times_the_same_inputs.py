# title: Counts 300 inputs for all sixty layers
# kind: misconception
# fails: deep-mlp-test 2/3
# hint: all sixty layers were given 300 inputs

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    layers = [keras.Input(shape=(784,))]
    for units in [300] + [100] * n_deep:
        layers.append(keras.layers.Dense(units, activation=activation, kernel_initializer=initialiser))
    layers.append(keras.layers.Dense(10, activation="softmax"))
    return keras.Sequential(layers)


deep_parameters = 2042510
