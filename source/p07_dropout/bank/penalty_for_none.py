# title: Puts an ℓ2 penalty in the place of None
# kind: misconception
# fails: regularised-test 2/3
# hint: takes the place of None

# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    settings = {
        "kernel_regularizer": regulariser or keras.regularizers.L2(1e-4),
        "kernel_constraint": constraint,
    }
    model = keras.Sequential([keras.Input(shape=(sizes[0],))])
    for units in sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal", **settings))
    model.add(keras.layers.Dense(sizes[-1], activation="softmax", **settings))
    return model
