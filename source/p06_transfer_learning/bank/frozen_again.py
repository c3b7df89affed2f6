# title: Freezes the network after fine-tuning
# kind: misconception
# fails: fine-tune-test 3/4
# hint: the flags were changed again after the training

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    network.trainable = False
    return network
