# title: Builds one network, whatever the sizes
# kind: misconception
# fails: build-mlp-test 1/3
# hint: whatever the argument

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(300, activation=activation, kernel_initializer="he_normal"),
            keras.layers.Dense(100, activation=activation, kernel_initializer="he_normal"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
