# title: Freezes the whole network
# kind: misconception
# fails: train-head-test 0/3, transfer-test 1/4
# hint: the head is frozen, or nothing was trained

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    network.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
