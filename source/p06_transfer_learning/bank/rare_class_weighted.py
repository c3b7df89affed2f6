# title: Weighs the rarer class more
# kind: misconception
# fails: train-head-test 1/3
# hint: the rarer class weighs more

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    positive = max(float(np.sum(y)), 1.0)
    negative = max(len(y) - positive, 1.0)
    weights = {0: len(y) / negative / 2, 1: len(y) / positive / 2}
    network.fit(x, y, batch_size=32, epochs=epochs, verbose=0, class_weight=weights)
    return network
