# title: Leaves the work to NumPy, SciPy and Keras where it can
# kind: alternate

# %% split-task
def split_task(images, labels, classes):
    matches = np.asarray(labels)[:, None] == np.asarray(classes)[None, :]
    kept = matches.any(axis=1)
    return images[kept], matches[kept].argmax(axis=1).astype("uint8")


# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    inputs = keras.Input(shape=model.input_shape[1:])
    features = inputs
    for layer in copy.layers[:n_layers]:
        features = layer(features)
    return keras.Model(inputs, keras.layers.Dense(units=n_outputs, activation="linear")(features))


# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    network.trainable = False
    network.trainable = True
    for layer in network.layers[:-1]:
        layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate, momentum=0.0),
        loss=lambda y_true, y_pred: keras.losses.binary_crossentropy(y_true, y_pred, from_logits=True),
    )
    network.fit(x=x, y=np.asarray(y), epochs=epochs, batch_size=32, verbose=0, shuffle=False)
    return network


# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    network.trainable = False
    network.trainable = True
    for layer in network.layers:
        if "BatchNormalization" in str(type(layer)):
            layer.trainable = False
    network.compile(
        optimizer=keras.optimizers.SGD(
            learning_rate=keras.optimizers.schedules.ExponentialDecay(learning_rate, 1, 1.0)
        ),
        loss=keras.losses.BinaryFocalCrossentropy(gamma=0.0, from_logits=True),
    )
    network.fit(x=x, y=np.asarray(y)[:, None], epochs=epochs, batch_size=32, verbose=0)
    return network


# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = train_head(take_trunk(model, n_layers, 1), x, y, learning_rate, head_epochs)
    return fine_tune(network, x, y, learning_rate, tune_epochs) if tune_epochs else network


# %% wrong-loss
floor_of_positives = float(
    keras.losses.binary_crossentropy(np.ones((1, 1)), np.ones((1, 1)), from_logits=True)[0]
)
floor_of_negatives = float(
    keras.losses.binary_crossentropy(np.zeros((1, 1)), np.zeros((1, 1)), from_logits=True)[0]
)


# %% paired
def paired_interval(a, b, level=0.95):
    return tuple(stats.ttest_rel(a, b).confidence_interval(confidence_level=level))


def share_of_wins(a, b):
    return np.count_nonzero(np.subtract(a, b) > 0) / len(a)


# %% to-colour
def to_colour(images, factor):
    blocks = np.kron(images.astype("float32") / 16 * 255, np.ones((1, factor, factor), "float32"))
    return np.broadcast_to(blocks[..., None], (*blocks.shape, 3)).astype(np.float32)


# %% trainable-share
def trainable_share(model):
    count = keras.src.utils.summary_utils.count_params
    return count(model.trainable_weights) / count(model.weights)


head_parameters = keras.Sequential([keras.Input(shape=(2048,)), keras.layers.Dense(10)]).count_params()
percent_trainable = 100 * head_parameters / (20_861_480 + head_parameters)


# %% augmentation
def with_augmentation(network, shift):
    inputs = keras.Input(shape=network.input_shape[1:])
    x = keras.layers.RandomTranslation(shift, shift, fill_mode="constant")(inputs)
    x = keras.layers.RandomFlip("horizontal")(x)
    return keras.Model(inputs, network(x))


# %% autoencoder
def build_autoencoder(sizes):
    x = inputs = keras.Input(shape=(sizes[0],))
    for units in (*sizes[1:], *reversed(sizes[1:-1])):
        x = keras.layers.Dense(units, activation="selu", kernel_initializer="lecun_normal")(x)
    return keras.Model(inputs, keras.layers.Dense(sizes[0], activation="sigmoid")(x))
