# title: Makes one initialiser, which gives every layer of a shape the same weights
# kind: misconception
# fails: build-bn-mlp-test 3/4
# hint: the layers share one initialiser

# %% build-bn-mlp
def build_bn_mlp(
    layer_sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    kernel_initializer = keras.initializers.get(kernel_initializer)
    model = keras.Sequential([keras.Input(shape=(layer_sizes[0],))])
    for units in layer_sizes[1:-1]:
        model.add(
            keras.layers.Dense(units, kernel_initializer=kernel_initializer, use_bias=position == "after")
        )
        if position == "before":
            model.add(keras.layers.BatchNormalization(momentum=momentum))
        model.add(keras.layers.Activation(activation))
        if position == "after":
            model.add(keras.layers.BatchNormalization(momentum=momentum))
    model.add(
        keras.layers.Dense(layer_sizes[-1], activation="softmax", kernel_initializer=kernel_initializer)
    )
    return model
