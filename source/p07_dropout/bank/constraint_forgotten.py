# title: Forgets the constraint
# kind: misconception
# fails: regularised-test 2/3
# hint: no layer has the constraint

# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    Layer = partial(
        keras.layers.Dense, activation="relu", kernel_initializer="he_normal", kernel_regularizer=regulariser
    )
    layers = [keras.Input((sizes[0],))]
    for units in sizes[1:-1]:
        layers.append(Layer(units))
    layers.append(Layer(sizes[-1], activation="softmax"))
    return keras.Sequential(layers)
