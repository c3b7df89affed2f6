# title: Has no activation function in the blocks
# kind: misconception
# fails: residual-test 1/3
# hint: the layers in the blocks have no activation function

# %% residual
def build_residual_mlp(n_blocks, activation, initialiser, scale):
    inputs = keras.Input(shape=(784,))
    hidden = keras.layers.Dense(100, activation=activation, kernel_initializer=initialiser)(inputs)
    for _ in range(n_blocks):
        layer = keras.layers.Dense(100, activation=None, kernel_initializer=initialiser)
        hidden = hidden + scale * layer(hidden)
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(hidden))
