# title: Leaves Keras' Glorot weights
# kind: misconception
# fails: regularised-test 2/3
# hint: these are Glorot weights

# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    Layer = partial(
        keras.layers.Dense, activation="relu", kernel_regularizer=regulariser, kernel_constraint=constraint
    )
    layers = [keras.Input((sizes[0],))]
    for units in sizes[1:-1]:
        layers.append(Layer(units))
    layers.append(Layer(sizes[-1], activation="softmax"))
    return keras.Sequential(layers)
