# title: Pads, bends and flattens in layers of their own
# kind: alternate

# %% small-convnet
def small_convnet(input_shape, n_classes, filters):
    maps = inputs = keras.Input(shape=tuple(input_shape))
    for n_filters in filters:
        maps = keras.layers.ZeroPadding2D(1)(maps)
        maps = keras.layers.Conv2D(filters=n_filters, kernel_size=(3, 3))(maps)
        maps = keras.layers.MaxPooling2D((2, 2), strides=(2, 2))(maps)
        maps = keras.layers.ReLU()(maps)  # the largest is the same before and after
    return keras.Model(
        inputs, keras.layers.Dense(n_classes, activation="linear")(keras.layers.Reshape((-1,))(maps))
    )


def convnet_parameters(input_shape, n_classes, filters):
    halvings = 2 ** len(filters)
    inputs = [9 * channels for channels in [input_shape[2], *filters[:-1]]]
    inputs.append((input_shape[0] // halvings) * (input_shape[1] // halvings) * filters[-1])
    return np.dot(np.array(inputs) + 1, [*filters, n_classes])
