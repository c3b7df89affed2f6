# title: Nests a model for each convolution, and asks Keras for the count
# kind: alternate

# %% small-convnet
def small_convnet(input_shape, n_classes, filters):
    network = keras.Sequential()
    for n_filters in filters:
        network.add(
            keras.Sequential(
                [
                    keras.layers.Conv2D(n_filters, 3, padding="same"),
                    keras.layers.Activation("relu"),
                    keras.layers.MaxPool2D(),
                ]
            )
        )
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(n_classes))
    return network


def convnet_parameters(input_shape, n_classes, filters):
    network = small_convnet(input_shape, n_classes, filters)
    network.build((None, *input_shape))
    return float(network.count_params())
