# title: Compiles the autoencoder at once
# kind: misconception
# fails: autoencoder-test 2/3
# hint: build_autoencoder compiles it

# %% autoencoder
def build_autoencoder(sizes):
    network = keras.Sequential([keras.Input(shape=(sizes[0],))])
    for units in [*sizes[1:], *sizes[-2:0:-1]]:
        network.add(keras.layers.Dense(units, activation="selu"))
    network.add(keras.layers.Dense(sizes[0], activation="sigmoid"))
    network.compile(optimizer="adam", loss="mse")
    return network
