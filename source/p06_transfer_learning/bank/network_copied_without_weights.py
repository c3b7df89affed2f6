# title: Puts a copy without weights behind the effects
# kind: misconception
# fails: augmentation-test 2/3
# hint: the network was copied without its weights

# %% augmentation
def with_augmentation(network, shift):
    return keras.Sequential(
        [
            keras.Input(shape=network.input_shape[1:]),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation(shift, shift),
            keras.models.clone_model(network),
        ]
    )
