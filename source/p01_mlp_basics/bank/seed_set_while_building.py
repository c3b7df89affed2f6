# title: Sets a seed in build_mlp
# kind: misconception
# fails: build-mlp-test 2/3
# hint: build_mlp sets a seed

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    keras.utils.set_random_seed(42)
    model = keras.Sequential()
    model.add(keras.Input(shape=(layer_sizes[0],)))
    for units in layer_sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
    model.add(keras.layers.Dense(layer_sizes[-1], activation="softmax"))
    return model
