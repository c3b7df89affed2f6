# title: Builds two convolutions, however many numbers there are
# kind: misconception
# fails: small-convnet-test 2/3
# hint: not one convolution for each number

# %% small-convnet
def small_convnet(input_shape, n_classes, filters):
    return keras.Sequential(
        [
            keras.Input(shape=input_shape),
            keras.layers.Conv2D(filters[0], 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(filters[min(1, len(filters) - 1)], 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(n_classes),
        ]
    )


def convnet_parameters(input_shape, n_classes, filters):
    height, width, channels = input_shape
    total = 0
    for n_filters in filters:
        total += (9 * channels + 1) * n_filters
        height, width, channels = height // 2, width // 2, n_filters
    return total + (height * width * channels + 1) * n_classes
