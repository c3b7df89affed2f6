# title: Mirrors every image, at prediction too
# kind: misconception
# fails: augmentation-test 1/3
# hint: something changes the images at prediction too

# %% augmentation
def with_augmentation(network, shift):
    inputs = keras.Input(shape=network.input_shape[1:])
    mirrored = keras.ops.flip(inputs, axis=2)
    return keras.Model(inputs, network(keras.layers.RandomTranslation(shift, shift)(mirrored)))
