# title: Counts as if no pooling made the maps smaller
# kind: misconception
# fails: small-convnet-test 2/3
# hint: which was left out

# %% small-convnet
def small_convnet(input_shape, n_classes, filters):
    blocks = []
    for n_filters in filters:
        blocks.append(keras.layers.Conv2D(n_filters, 3, padding="same", activation="relu"))
        blocks.append(keras.layers.MaxPooling2D(2))
    return keras.Sequential(
        [keras.Input(shape=input_shape), *blocks, keras.layers.Flatten(), keras.layers.Dense(n_classes)]
    )


def convnet_parameters(input_shape, n_classes, filters):
    height, width, channels = input_shape
    total = 0
    for n_filters in filters:
        total += (9 * channels + 1) * n_filters
        channels = n_filters
    return total + (height * width * channels + 1) * n_classes
