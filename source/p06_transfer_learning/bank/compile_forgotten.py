# title: Unfreezes and forgets to compile
# kind: misconception
# fails: fine-tune-test 2/4, transfer-test 2/4
# hint: learning rate of the earlier compile

# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
