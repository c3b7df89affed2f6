# title: Freezes two layers, however many there are
# kind: misconception
# fails: train-head-test 2/3
# hint: which layers are frozen does not depend on how many there are

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:2]:
        layer.trainable = False
    network.layers[-1].trainable = True
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
