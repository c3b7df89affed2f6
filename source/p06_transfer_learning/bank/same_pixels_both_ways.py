# title: Shifts by as many pixels to the side as up and down
# kind: misconception
# fails: augmentation-test 2/3
# hint: the shift is larger than

# %% augmentation
def with_augmentation(network, shift):
    _, height, width, _ = network.input_shape
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation(shift, shift * height / width),
            network,
        ]
    )
