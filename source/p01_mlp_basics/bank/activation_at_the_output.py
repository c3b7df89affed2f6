# title: Gives the last layer the hidden layers' activation
# kind: misconception
# fails: build-mlp-test 2/3
# hint: the last layer has the hidden layers' activation

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    model = keras.Sequential([keras.Input(shape=(layer_sizes[0],))])
    for units in layer_sizes[1:]:
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
    return model
