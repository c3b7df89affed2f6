# title: Fine-tunes without from_logits
# kind: misconception
# fails: fine-tune-test 2/4
# hint: the loss takes the logits for probabilities

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(optimizer=keras.optimizers.SGD(learning_rate=learning_rate), loss="binary_crossentropy")
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
