# title: Adds a layer of 100 units before the sixty
# kind: misconception
# fails: deep-mlp-test 0/3
# hint: there is a layer of 100 units too many

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    layers = [keras.Input(shape=(784,))]
    for units in [300, 100] + [100] * n_deep:
        layers.append(keras.layers.Dense(units, activation=activation, kernel_initializer=initialiser))
    layers.append(keras.layers.Dense(10, activation="softmax"))
    return keras.Sequential(layers)


deep_parameters = 872610
