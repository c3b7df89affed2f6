# title: keras.ops throughout, and weights saved apart from the configuration
# kind: alternate

# %% build-mlp
def build_mlp(layer_sizes, activation="relu"):
    initializer = keras.initializers.HeNormal
    bend = keras.activations.get(activation)
    hidden = [keras.layers.Dense(int(n), bend, kernel_initializer=initializer()) for n in layer_sizes[1:-1]]
    return keras.Sequential(
        [
            keras.layers.InputLayer((int(layer_sizes[0]),)),
            *hidden,
            keras.layers.Dense(layer_sizes[-1], "softmax"),
        ],
        name="mlp",
    )


# %% count-parameters
def count_parameters(layer_sizes):
    sizes = np.asarray(layer_sizes)
    return np.sum(sizes[:-1] * sizes[1:]) + np.sum(sizes[1:])


weights = np.array([10, 100, 200, 50]) * np.array([100, 200, 50, 5])
parameters = weights + np.array([100, 200, 50, 5]) + np.array([0, 200, 0, 0])
parameter_table = dict(zip(["ReLU", "PReLU", "SELU", "output"], parameters), total=parameters.sum())


# %% minibatch
def regression_output(x, layers):
    x = keras.ops.convert_to_tensor(x, dtype="float32")
    for number, (weights, biases) in enumerate(layers, start=1):
        x = keras.ops.add(keras.ops.matmul(x, weights), biases)
        if number != len(layers):
            x = keras.ops.relu(x)
    return x


shapes = [np.zeros(shape).shape for shape in ((20, 30), 30, (30, 40), 40, (40, 3), 3)]
layer_shapes = dict(zip(("W1", "b1", "W2", "b2", "W3", "b3"), shapes))
layer_parameters = np.array([630, 1240, 123])


# %% sine-network
def sine_network(x, w1, b1, w2, b2):
    z = keras.ops.add(keras.ops.multiply(w1, x), b1)
    a = keras.ops.sin(z)
    y = keras.ops.sigmoid(keras.ops.sum(a * keras.ops.cast(w2, a.dtype)) + b2)
    return z, a, y


sine_parameters = np.size(np.zeros(2)) * 3 + 1.0


# %% activations
def leaky_relu(z, negative_slope=0.1):
    return keras.ops.leaky_relu(z, negative_slope=negative_slope)


def slope(name, z, negative_slope=0.1):
    if name == "sigmoid":
        return 0.25 / np.cosh(np.asarray(z) / 2) ** 2
    return np.heaviside(z, 0.5) + {"relu": 0, "leaky_relu": negative_slope}[name] * (np.asarray(z) < 0)


at_minus_one = {name: slope(name, -1.0) for name in ("sigmoid", "relu", "leaky_relu")}
can_die = {name: value == 0 for name, value in at_minus_one.items()}


# %% silent
slope_fraction = 1 / np.cosh(np.float64(10)) ** 2
silent_probability = keras.ops.sigmoid(0.0)
silent_gradients = np.int64(0)


# %% keep-best
import json
import tempfile


def new_run_folder(root):
    Path(root).mkdir(parents=True, exist_ok=True)
    return tempfile.mkdtemp(prefix="run_", dir=root)


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "lowest.txt"
    lowest = float(record.read_text()) if record.exists() else np.inf
    keep = keras.callbacks.ModelCheckpoint(
        str(folder / "best.weights.h5"),
        save_weights_only=True,
        save_best_only=True,
        mode="min",
        initial_value_threshold=lowest,
    )
    history = model.fit(x, y, epochs=epochs, validation_data=(x_valid, y_valid), callbacks=[keep], verbose=0)
    record.write_text(str(min(lowest, *history.history["val_loss"])))
    (folder / "model.json").write_text(model.to_json())
    return history


def load_best(folder):
    model = keras.models.model_from_json((Path(folder) / "model.json").read_text())
    model.load_weights(Path(folder) / "best.weights.h5")
    return model


# %% evaluate
def loss_and_accuracy(probabilities, labels):
    of_label = np.take_along_axis(np.asarray(probabilities), np.asarray(labels)[:, None], axis=1)
    hits = keras.metrics.sparse_categorical_accuracy(labels, probabilities)
    return float(-np.log(np.maximum(of_label, 1e-7)).mean()), float(np.mean(hits))


# %% train
best_model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(64, kernel_initializer="he_normal"),
        keras.layers.LeakyReLU(negative_slope=0.1),
        keras.layers.Dropout(0.1),
        keras.layers.Dense(10),
        keras.layers.Softmax(),
    ]
)
best_model.compile(keras.optimizers.RMSprop(1e-3), "sparse_categorical_crossentropy")
best_model.fit(x_train, y_train, batch_size=64, epochs=4, verbose=0)
