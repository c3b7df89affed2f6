# title: Adds dropout
# kind: misconception
# fails: build-mlp-test 2/3
# hint: works otherwise in training

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    m = [keras.Input(shape=(layer_sizes[0],))]
    for u in layer_sizes[1:-1]:
        m += [
            keras.layers.Dense(u, activation=activation, kernel_initializer="he_normal"),
            keras.layers.Dropout(0.2),
        ]
    return keras.Sequential(m + [keras.layers.Dense(layer_sizes[-1], activation="softmax")])
