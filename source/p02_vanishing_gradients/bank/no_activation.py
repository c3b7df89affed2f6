# title: Forgets the activation function of the hidden layers
# kind: misconception
# fails: deep-mlp-test 2/3
# hint: the hidden layers have no activation function

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    layers = [keras.Input(shape=(784,))]
    for units in [300] + [100] * n_deep:
        layers.append(keras.layers.Dense(units, kernel_initializer=initialiser))
    layers.append(keras.layers.Dense(10, activation="softmax"))
    return keras.Sequential(layers)


deep_parameters = 862510
