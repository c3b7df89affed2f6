# title: Builds the layers with the fewest filters first
# kind: misconception
# fails: small-convnet-test 1/3
# hint: in another order than that of `filters`

# %% small-convnet
def small_convnet(input_shape, n_classes, filters):
    network = keras.Sequential([keras.Input(shape=input_shape)])
    for number in sorted(filters):
        network.add(keras.layers.Conv2D(number, 3, padding="same", activation="relu"))
        network.add(keras.layers.MaxPooling2D(2))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(n_classes))
    return network


def convnet_parameters(input_shape, n_classes, filters):
    height, width, channels = input_shape
    total = 0
    for n_filters in filters:
        total += (9 * channels + 1) * n_filters
        height, width, channels = height // 2, width // 2, n_filters
    return total + (height * width * channels + 1) * n_classes
