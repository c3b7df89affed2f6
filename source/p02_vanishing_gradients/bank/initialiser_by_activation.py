# title: Chooses the initialiser that goes well with the activation function
# kind: misconception
# fails: deep-mlp-test 2/3
# hint: these are Glorot weights

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    initialiser = "he_normal" if activation == "relu" else "glorot_normal"
    model_layers = [keras.Input(shape=(784,))]
    for units in [300] + [100] * n_deep:
        model_layers.append(keras.layers.Dense(units, activation=activation, kernel_initializer=initialiser))
    model_layers.append(keras.layers.Dense(10, activation="softmax"))
    return keras.Sequential(model_layers)


deep_parameters = 785 * 300 + 301 * 100 + 59 * 101 * 100 + 101 * 10
