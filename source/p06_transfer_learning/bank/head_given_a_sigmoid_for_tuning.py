# title: Fine-tunes with a sigmoid on the head
# kind: misconception
# fails: fine-tune-test 2/4, transfer-test 3/4
# hint: the head was given a sigmoid

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    network.layers[-1].activation = keras.activations.sigmoid
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
