# title: Takes all images as one minibatch
# kind: misconception
# fails: train-head-test 2/3
# hint: all images were in one minibatch

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(x, y, batch_size=len(x), epochs=epochs, verbose=0)
    return network
