# title: Shifts in one direction only
# kind: misconception
# fails: augmentation-test 2/3
# hint: images are shifted in one direction only

# %% augmentation
def with_augmentation(network, shift):
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation((0, shift), (0, shift)),
            network,
        ]
    )
