# title: Trains for one epoch
# kind: misconception
# fails: train-head-test 2/3
# hint: this is training for one epoch, not two

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=32, epochs=1, verbose=0)
    return network
