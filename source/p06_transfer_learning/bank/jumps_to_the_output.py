# title: Goes straight from the code to the output
# kind: misconception
# fails: autoencoder-test 0/3
# hint: jumps from the code to the output

# %% autoencoder
def build_autoencoder(sizes):
    hidden = sizes[1:]
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, activation="selu") for units in hidden],
            keras.layers.Dense(sizes[0], activation="sigmoid"),
        ]
    )
