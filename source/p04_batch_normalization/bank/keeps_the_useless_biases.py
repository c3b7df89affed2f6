# title: Keeps the biases before the normalisation
# kind: misconception
# fails: build-bn-mlp-test 1/4
# hint: the hidden Dense layers have biases, which batch normalisation makes useless

# %% build-bn-mlp
def build_bn_mlp(
    layer_sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    model = keras.Sequential([keras.Input(shape=(layer_sizes[0],))])
    for units in layer_sizes[1:-1]:
        model.add(keras.layers.Dense(units, kernel_initializer=kernel_initializer))
        if position == "before":
            model.add(keras.layers.BatchNormalization(momentum=momentum))
            model.add(keras.layers.Activation(activation))
        else:
            model.add(keras.layers.Activation(activation))
            model.add(keras.layers.BatchNormalization(momentum=momentum))
    model.add(
        keras.layers.Dense(layer_sizes[-1], activation="softmax", kernel_initializer=kernel_initializer)
    )
    return model
