# title: Builds two blocks, whatever the argument says
# kind: misconception
# fails: residual-test 1/3
# hint: Take the number of blocks from the argument n_blocks

# %% residual
def build_residual_mlp(n_blocks, activation, initialiser, scale):
    settings = {"activation": activation, "kernel_initializer": initialiser}
    inputs = keras.Input(shape=(784,))
    h0 = keras.layers.Dense(100, **settings)(inputs)
    h1 = h0 + scale * keras.layers.Dense(100, **settings)(h0)
    h2 = h1 + scale * keras.layers.Dense(100, **settings)(h1)
    outputs = keras.layers.Dense(10, activation="softmax")(h2)
    return keras.Model(inputs, outputs)
