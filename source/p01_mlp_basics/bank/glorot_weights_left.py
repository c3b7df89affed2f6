# title: Leaves Keras' default weights
# kind: misconception
# fails: build-mlp-test 2/3
# hint: these are Glorot weights

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    model = keras.Sequential([keras.Input(shape=(layer_sizes[0],))])
    for units in layer_sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation=activation))
    model.add(keras.layers.Dense(layer_sizes[-1], activation="softmax"))
    return model
