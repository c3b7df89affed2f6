# title: Makes one initialiser with a seed for all layers
# kind: misconception
# fails: regularised-test 2/3
# hint: the layers share one initialiser, which draws the same each time

# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    layer = partial(
        keras.layers.Dense,
        activation="relu",
        kernel_initializer=keras.initializers.HeNormal(seed=1),
        kernel_regularizer=regulariser,
        kernel_constraint=constraint,
    )
    model = keras.Sequential([keras.Input(shape=(sizes[0],))])
    for units in sizes[1:-1]:
        model.add(layer(units))
    model.add(layer(sizes[-1], activation="softmax"))
    return model
