# title: Freezes the network behind the effects
# kind: misconception
# fails: augmentation-test 2/3
# hint: with_augmentation freezes the network

# %% augmentation
def with_augmentation(network, shift):
    network.trainable = False
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation(shift, shift),
            network,
        ]
    )
