# title: Shifts in one direction only
# kind: misconception
# fails: augmentation-test 2/3
# hint: images are not shifted left and right

# %% augmentation
def with_augmentation(network, shift):
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation(shift, 0.0),
            network,
        ]
    )
