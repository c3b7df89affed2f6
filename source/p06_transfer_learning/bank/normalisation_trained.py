# title: Unfreezes batch normalisation too
# kind: misconception
# fails: fine-tune-test 1/4
# hint: batch normalisation was in training mode

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        layer.trainable = True
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
