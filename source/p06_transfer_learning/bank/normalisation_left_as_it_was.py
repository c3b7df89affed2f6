# title: Leaves batch normalisation as it is
# kind: misconception
# fails: fine-tune-test 3/4
# hint: a BatchNormalization layer that is trainable was left as it was

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        if not isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = True
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
