# title: Forgets the softmax
# kind: misconception
# fails: build-mlp-test 2/3
# hint: there is no softmax at the end

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    model = keras.Sequential([keras.Input(shape=(layer_sizes[0],))])
    for units in layer_sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
    model.add(keras.layers.Dense(layer_sizes[-1]))
    return model
