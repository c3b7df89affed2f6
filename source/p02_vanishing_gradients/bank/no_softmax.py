# title: Has no softmax, and counts one layer too few
# kind: misconception
# fails: deep-mlp-test 1/3
# hint: there is no softmax at the end

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    layers = [keras.Input(shape=(784,))]
    for units in [300] + [100] * n_deep:
        layers.append(keras.layers.Dense(units, activation=activation, kernel_initializer=initialiser))
    layers.append(keras.layers.Dense(10))
    return keras.Sequential(layers)


deep_parameters = 852410
