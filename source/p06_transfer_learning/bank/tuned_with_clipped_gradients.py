# title: Clips the gradients when tuning
# kind: misconception
# fails: fine-tune-test 2/4
# hint: as with clipping

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate, clipvalue=0.5),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
