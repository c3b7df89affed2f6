# title: Adds dropout to the autoencoder
# kind: misconception
# fails: autoencoder-test 2/3
# hint: such as dropout or noise

# %% autoencoder
def build_autoencoder(sizes):
    hidden = [*sizes[1:], *sizes[-2:0:-1]]
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, activation="selu") for units in hidden],
            keras.layers.Dropout(0.2),
            keras.layers.Dense(sizes[0], activation="sigmoid"),
        ]
    )
