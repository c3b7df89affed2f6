# title: Leaves out the learning rate of fine-tuning
# kind: misconception
# fails: fine-tune-test 2/4
# hint: learning_rate is ignored; this is Keras' default

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(optimizer="sgd", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
