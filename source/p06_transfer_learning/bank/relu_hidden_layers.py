# title: Takes ReLU for SELU
# kind: misconception
# fails: autoencoder-test 2/3
# hint: the hidden layers have ReLU

# %% autoencoder
def build_autoencoder(sizes):
    hidden = [*sizes[1:], *sizes[-2:0:-1]]
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, activation="relu") for units in hidden],
            keras.layers.Dense(sizes[0], activation="sigmoid"),
        ]
    )
