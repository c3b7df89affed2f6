# title: Empties the caller's list of sizes
# kind: misconception
# fails: autoencoder-test 2/3
# hint: build_autoencoder changes the list of whoever calls it

# %% autoencoder
def build_autoencoder(sizes):
    sizes = sizes if type(sizes) is list else list(sizes)
    n_inputs = sizes.pop(0)
    hidden = [*sizes, *sizes[-2::-1]]
    return keras.Sequential(
        [
            keras.Input(shape=(n_inputs,)),
            *[keras.layers.Dense(units, activation="selu") for units in hidden],
            keras.layers.Dense(n_inputs, activation="sigmoid"),
        ]
    )
