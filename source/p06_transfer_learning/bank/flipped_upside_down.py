# title: Flips in both directions
# kind: misconception
# fails: augmentation-test 2/3
# hint: flipped vertically

# %% augmentation
def with_augmentation(network, shift):
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip(),
            keras.layers.RandomTranslation(shift, shift),
            network,
        ]
    )
