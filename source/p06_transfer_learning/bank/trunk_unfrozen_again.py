# title: Unfreezes the trunk after training the head
# kind: misconception
# fails: train-head-test 2/3
# hint: the flags were changed again after the training

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    for layer in network.layers:
        layer.trainable = True
    return network
