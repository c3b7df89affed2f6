# title: Gives the head a sigmoid, and the loss probabilities
# kind: misconception
# fails: train-head-test 2/3, transfer-test 3/4
# hint: the head was given a sigmoid

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    network.layers[-1].activation = keras.activations.sigmoid
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
