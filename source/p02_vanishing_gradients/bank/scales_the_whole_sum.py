# title: Scales the sum rather than the layer
# kind: misconception
# fails: residual-test 0/3
# hint: scale went to the whole sum

# %% residual
def build_residual_mlp(n_blocks, activation, initialiser, scale):
    inputs = keras.Input(shape=(784,))
    hidden = keras.layers.Dense(100, activation=activation, kernel_initializer=initialiser)(inputs)
    for _ in range(n_blocks):
        layer = keras.layers.Dense(100, activation=activation, kernel_initializer=initialiser)
        hidden = scale * (hidden + layer(hidden))
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(hidden))
