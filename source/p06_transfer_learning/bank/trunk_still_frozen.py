# title: Unfreezes the network as a whole, which does not reach its layers
# kind: misconception
# fails: fine-tune-test 0/4, transfer-test 2/4
# hint: the trunk is still frozen

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    network.trainable = True
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
