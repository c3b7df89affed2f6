# title: Regularises the hidden layers only
# kind: misconception
# fails: regularised-test 1/3
# hint: the last layer does not have the

# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    Layer = partial(
        keras.layers.Dense,
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=regulariser,
        kernel_constraint=constraint,
    )
    layers = [keras.Input((sizes[0],))]
    for units in sizes[1:-1]:
        layers.append(Layer(units))
    layers.append(keras.layers.Dense(sizes[-1], activation="softmax"))
    return keras.Sequential(layers)
