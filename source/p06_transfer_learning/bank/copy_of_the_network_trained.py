# title: Trains a copy of the network
# kind: misconception
# fails: train-head-test 2/3, transfer-test 2/4
# hint: another network was trained than the one that was given

# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    for layer in copy.layers[:-1]:
        layer.trainable = False
    copy.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    copy.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return copy
