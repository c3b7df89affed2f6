# title: Gives all layers one seed
# kind: misconception
# fails: build-mlp-test 2/3
# hint: drawn with the same seed

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    m = [keras.Input(shape=(layer_sizes[0],))]
    m += [
        keras.layers.Dense(u, activation=activation, kernel_initializer=keras.initializers.HeNormal(seed=42))
        for u in layer_sizes[1:-1]
    ]
    return keras.Sequential(m + [keras.layers.Dense(layer_sizes[-1], activation="softmax")])
