# title: Compiles the model
# kind: misconception
# fails: build-bn-mlp-test 3/4
# hint: without compiling it

# %% build-bn-mlp
def build_bn_mlp(
    layer_sizes, activation="relu", kernel_initializer="glorot_normal", position="before", momentum=0.9
):
    model = keras.Sequential([keras.Input(shape=(layer_sizes[0],))])
    for units in layer_sizes[1:-1]:
        parts = [keras.layers.BatchNormalization(momentum=momentum), keras.layers.Activation(activation)]
        before = position == "before"
        model.add(keras.layers.Dense(units, use_bias=not before, kernel_initializer=kernel_initializer))
        for layer in parts if before else parts[::-1]:
            model.add(layer)
    last = keras.layers.Dense(layer_sizes[-1], "softmax", kernel_initializer=kernel_initializer)
    model.add(last)
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
