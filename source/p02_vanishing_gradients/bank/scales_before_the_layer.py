# title: Scales the input of the block's layer
# kind: misconception
# fails: residual-test 1/3
# hint: scale went to the input of the block's layer

# %% residual
def build_residual_mlp(n_blocks, activation, initialiser, scale):
    inputs = keras.Input(shape=(784,))
    h = keras.layers.Dense(100, activation=activation, kernel_initializer=initialiser)(inputs)
    for _ in range(n_blocks):
        inner = keras.layers.Dense(100, activation=activation, kernel_initializer=initialiser)(scale * h)
        h = h + inner
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(h))
