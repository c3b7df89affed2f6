# title: Builds a layer for the input
# kind: misconception
# fails: autoencoder-test 0/3
# hint: as wide as the input in front

# %% autoencoder
def build_autoencoder(sizes):
    hidden = [*sizes, *sizes[-2:0:-1]]
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, activation="selu") for units in hidden],
            keras.layers.Dense(sizes[0], activation="sigmoid"),
        ]
    )
