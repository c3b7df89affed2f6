# title: Adds a penalty on the weights
# kind: misconception
# fails: build-mlp-test 2/3
# hint: there is a regulariser

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    m = [keras.Input(shape=(layer_sizes[0],))]
    m += [
        keras.layers.Dense(
            u,
            activation=activation,
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(1e-3),
        )
        for u in layer_sizes[1:-1]
    ]
    return keras.Sequential(m + [keras.layers.Dense(layer_sizes[-1], activation="softmax")])
