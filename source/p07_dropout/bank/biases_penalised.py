# title: Penalises the biases too
# kind: misconception
# fails: regularised-test 2/3
# hint: the biases are penalised too

# %% regularised
def build_regularised_mlp(sizes, regulariser, constraint):
    Layer = partial(
        keras.layers.Dense,
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=regulariser,
        kernel_constraint=constraint,
        bias_regularizer=regulariser,
    )
    layers = [keras.Input((sizes[0],))]
    for units in sizes[1:-1]:
        layers.append(Layer(units))
    layers.append(Layer(sizes[-1], activation="softmax"))
    return keras.Sequential(layers)
