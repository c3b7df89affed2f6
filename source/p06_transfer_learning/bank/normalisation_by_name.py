# title: Looks for batch normalisation by name
# kind: misconception
# fails: fine-tune-test 3/4
# hint: batch normalisation was looked for by the names of layers

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        layer.trainable = "batch_normalization" not in layer.name
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
