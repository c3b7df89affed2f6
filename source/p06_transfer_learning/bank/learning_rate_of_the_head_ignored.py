# title: Leaves out the learning rate of the head
# kind: misconception
# fails: train-head-test 1/3
# hint: learning_rate is ignored; this is Keras' default

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer="sgd",
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
