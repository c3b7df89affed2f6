# title: Leaves out from_logits
# kind: misconception
# fails: train-head-test 1/3
# hint: the loss takes the logits for probabilities

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss="binary_crossentropy",
    )
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return network
