# title: Draws the biases with the initialiser, too
# kind: misconception
# fails: deep-mlp-test 2/3
# hint: the biases have an initialiser, too

# %% deep-mlp
def build_deep_mlp(n_deep, activation, initialiser):
    layers = [
        keras.Input(shape=(784,)),
        keras.layers.Dense(
            300, activation=activation, kernel_initializer=initialiser, bias_initializer=initialiser
        ),
    ]
    for _ in range(n_deep):
        layers.append(
            keras.layers.Dense(
                100, activation=activation, kernel_initializer=initialiser, bias_initializer=initialiser
            )
        )
    layers.append(keras.layers.Dense(10, activation="softmax"))
    return keras.Sequential(layers)


deep_parameters = 784 * 300 + 300 + 300 * 100 + 100 + 59 * (100 * 100 + 100) + 100 * 10 + 10
