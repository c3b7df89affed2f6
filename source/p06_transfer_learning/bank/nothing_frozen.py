# title: Freezes nothing
# kind: misconception
# fails: train-head-test 1/3, transfer-test 3/4
# hint: the trunk was trained, too

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = True
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
