# title: Takes the numbers of filters off the list
# kind: misconception
# fails: small-convnet-test 2/3
# hint: convnet_parameters changes the list of whoever calls it

# %% small-convnet
def small_convnet(input_shape, n_classes, filters):
    network = keras.Sequential([keras.Input(shape=input_shape)])
    for number in filters:
        network.add(keras.layers.Conv2D(number, 3, padding="same", activation="relu"))
        network.add(keras.layers.MaxPooling2D(2))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(n_classes))
    return network


def convnet_parameters(input_shape, n_classes, filters):
    height, width, channels = input_shape
    total = 0
    while filters:
        n_filters = filters.pop(0)
        total += (9 * channels + 1) * n_filters
        height, width, channels = height // 2, width // 2, n_filters
    return total + (height * width * channels + 1) * n_classes
