# title: Adds a penalty on the weights
# kind: misconception
# fails: autoencoder-test 2/3
# hint: there is a regulariser

# %% autoencoder
def build_autoencoder(sizes):
    hidden = [*sizes[1:], *sizes[-2:0:-1]]
    return keras.Sequential(
        [
            keras.Input(shape=(sizes[0],)),
            *[keras.layers.Dense(units, "selu", kernel_regularizer="l2") for units in hidden],
            keras.layers.Dense(sizes[0], activation="sigmoid"),
        ]
    )
