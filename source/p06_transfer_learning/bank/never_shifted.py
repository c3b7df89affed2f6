# title: Forgets the shift
# kind: misconception
# fails: augmentation-test 2/3
# hint: images are not shifted up and down

# %% augmentation
def with_augmentation(network, shift):
    return keras.Sequential(
        [keras.Input(shape=network.input_shape[1:]), keras.layers.RandomFlip("horizontal"), network]
    )
