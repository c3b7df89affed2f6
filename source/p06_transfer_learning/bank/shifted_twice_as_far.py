# title: Shifts by twice as much
# kind: misconception
# fails: augmentation-test 2/3
# hint: the shift is larger than

# %% augmentation
def with_augmentation(network, shift):
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation(1.2 * shift, 1.2 * shift),
            network,
        ]
    )
