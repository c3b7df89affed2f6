# title: Begins with weights of 0
# kind: misconception
# fails: autoencoder-test 2/3
# hint: all kernels begin with random weights

# %% autoencoder
def build_autoencoder(sizes):
    network = keras.Sequential([keras.Input(shape=(sizes[0],))])
    for units in [*sizes[1:], *sizes[-2:0:-1]]:
        network.add(keras.layers.Dense(units, activation="selu", kernel_initializer="zeros"))
    network.add(keras.layers.Dense(sizes[0], activation="sigmoid"))
    return network
