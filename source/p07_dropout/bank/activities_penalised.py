# title: Penalises what the layers give, too
# kind: misconception
# fails: regularised-test 2/3
# hint: what the layers give is penalised, too

# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    layer = partial(
        keras.layers.Dense,
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=regulariser,
        activity_regularizer=regulariser,
        kernel_constraint=constraint,
    )
    model = keras.Sequential([keras.Input(shape=(sizes[0],))])
    for units in sizes[1:-1]:
        model.add(layer(units))
    model.add(layer(sizes[-1], activation="softmax"))
    return model
