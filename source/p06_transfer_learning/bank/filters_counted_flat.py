# title: Counts nine weights for a filter, whatever lies below
# kind: misconception
# fails: small-convnet-test 2/3
# hint: a filter looks at all channels below it

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
        total += (9 + 1) * n_filters
        height, width, channels = height // 2, width // 2, n_filters
    return total + (height * width * channels + 1) * n_classes
