# title: Draws uniform weights
# kind: misconception
# fails: build-mlp-test 2/3
# hint: the weights are uniform

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    m = [keras.Input(shape=(layer_sizes[0],))]
    m += [
        keras.layers.Dense(u, activation=activation, kernel_initializer="he_uniform")
        for u in layer_sizes[1:-1]
    ]
    return keras.Sequential(m + [keras.layers.Dense(layer_sizes[-1], activation="softmax")])
