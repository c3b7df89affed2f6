# title: Adds momentum to SGD
# kind: misconception
# fails: train-head-test 2/3
# hint: SGD has a momentum of 0.9

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate, momentum=0.9),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
