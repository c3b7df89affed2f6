# title: Has the code twice
# kind: misconception
# fails: autoencoder-test 0/3
# hint: the code is there twice

# %% autoencoder
def build_autoencoder(sizes):
    hidden = [*sizes[1:], *sizes[:0:-1]]
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, activation="selu") for units in hidden],
            keras.layers.Dense(sizes[0], activation="sigmoid"),
        ]
    )
