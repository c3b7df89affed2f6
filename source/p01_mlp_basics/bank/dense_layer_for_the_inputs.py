# title: Adds a Dense layer for the inputs
# kind: misconception
# fails: build-mlp-test 0/3
# hint: the first number got a Dense layer too

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    model = keras.Sequential([keras.Input(shape=(layer_sizes[0],))])
    for units in layer_sizes[:-1]:
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
    model.add(keras.layers.Dense(layer_sizes[-1], activation="softmax"))
    return model
