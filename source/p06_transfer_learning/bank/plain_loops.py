# title: Goes through everything step by step
# kind: alternate

# %% split-task
def split_task(images, labels, classes):
    kept_images, new_labels = [], []
    for image, label in zip(images, labels):
        for number, name in enumerate(classes):
            if int(label) == name:
                kept_images.append(image)
                new_labels.append(number)
    return np.array(kept_images), np.array(new_labels)


# %% take-trunk
def take_trunk(model, n_layers, n_outputs):
    network = keras.Sequential()
    network.add(keras.Input(shape=model.input_shape[1:]))
    for layer in model.layers[:n_layers]:
        copy = type(layer).from_config(layer.get_config())
        network.add(copy)
        copy.set_weights(layer.get_weights())
    network.add(keras.layers.Dense(n_outputs))
    return network


# %% train-head
def train_head(network, x, y, learning_rate, epochs):
    network.trainable = True
    for index, layer in enumerate(network.layers):
        layer.trainable = index == len(network.layers) - 1
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.SGD(learning_rate), loss=loss, metrics=["accuracy"])
    for _ in range(epochs):
        network.fit(x, y, verbose=0)
    return network


# %% fine-tune
def fine_tune(network, x, y, learning_rate, epochs):
    for layer in network.layers:
        if type(layer) is keras.layers.BatchNormalization:
            layer.trainable = False
        else:
            layer.trainable = True
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.SGD(learning_rate), loss=loss)
    for _ in range(epochs):
        network.fit(x, y, verbose=0)
    return network


# %% transfer
def transfer(model, n_layers, x, y, head_epochs, tune_epochs, learning_rate):
    network = take_trunk(model, n_layers, 1)
    network = train_head(network, x, y, learning_rate, head_epochs)
    for _ in range(tune_epochs):
        network = fine_tune(network, x, y, learning_rate, 1)
    return network


# %% wrong-loss
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


probabilities = np.linspace(0, 1, 1001)
floor_of_positives = min(-np.log(sigmoid(probabilities)))
floor_of_negatives = min(-np.log(1 - sigmoid(probabilities)))


# %% paired
def paired_interval(a, b, level=0.95):
    d = [one - other for one, other in zip(a, b)]
    n = len(d)
    mean = sum(d) / n
    s = (sum((one - mean) ** 2 for one in d) / (n - 1)) ** 0.5
    t = -stats.t.ppf((1 - level) / 2, n - 1)
    return [mean - t * s / n**0.5, mean + t * s / n**0.5]


def share_of_wins(a, b):
    wins = 0
    for one, other in zip(a, b):
        if one > other:
            wins += 1
    return wins / len(a)


# %% to-colour
def to_colour(images, factor):
    n, height, width = images.shape
    result = np.zeros((n, height * factor, width * factor, 3), dtype=np.float32)
    for row in range(height * factor):
        for column in range(width * factor):
            grey = images[:, row // factor, column // factor] / 16 * 255
            for colour in range(3):
                result[:, row, column, colour] = grey
    return result


# %% trainable-share
def trainable_share(model):
    trainable, everything = 0, 0
    for variable in model.weights:
        everything += np.size(variable)
    for variable in model.trainable_weights:
        trainable += np.size(variable)
    return trainable / everything


head_parameters = 20490.0
percent_trainable = 20490 / 20881970 * 100


# %% augmentation
def with_augmentation(network, shift):
    model = keras.Sequential()
    model.add(keras.Input(shape=network.input_shape[1:]))
    model.add(keras.layers.RandomFlip(mode="horizontal"))
    model.add(keras.layers.RandomTranslation(height_factor=(-shift, shift), width_factor=(-shift, shift)))
    for layer in network.layers:
        model.add(layer)
    return model


# %% autoencoder
def build_autoencoder(sizes):
    model = keras.Sequential()
    model.add(keras.Input(shape=(sizes[0],)))
    for units in sizes[1:]:
        model.add(keras.layers.Dense(units))
        model.add(keras.layers.Activation("selu"))
    for units in list(sizes[1:-1])[::-1]:
        model.add(keras.layers.Dense(units, activation=keras.activations.selu))
    model.add(keras.layers.Dense(sizes[0]))
    model.add(keras.layers.Activation("sigmoid"))
    return model
