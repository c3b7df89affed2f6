# title: Forgets the flip
# kind: misconception
# fails: augmentation-test 2/3
# hint: no image is ever flipped

# %% augmentation
def with_augmentation(network, shift):
    return keras.Sequential(
        [keras.Input(shape=network.input_shape[1:]), keras.layers.RandomTranslation(shift, shift), network]
    )
