# title: Compiles the network in build_mlp
# kind: misconception
# fails: build-mlp-test 2/3
# hint: build_mlp compiles it

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    model = keras.Sequential()
    model.add(keras.Input(shape=(layer_sizes[0],)))
    for units in layer_sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
    model.add(keras.layers.Dense(layer_sizes[-1], activation="softmax"))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
