# title: Stops at the code
# kind: misconception
# fails: autoencoder-test 0/3
# hint: this is the encoder only

# %% autoencoder
def build_autoencoder(sizes):
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, activation="selu") for units in sizes[1:]],
        ]
    )
