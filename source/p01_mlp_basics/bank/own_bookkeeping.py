# title: A JSON file and a callback class instead of ModelCheckpoint, other dtypes
# kind: alternate

# %% split
def split(images, labels, n_valid):
    x_valid, x_train = np.split(np.asarray(images, dtype=np.float64), [n_valid])
    y_valid, y_train = np.split(np.asarray(labels, dtype=np.int64), [n_valid])
    return [x_train, y_train], [x_valid, y_valid]


n_classes = int(np.max(fashion.y_train) + np.int64(1))


# %% standardise
def fit_standardiser(x_train):
    x = np.asarray(x_train, dtype=np.float64)
    mean, scale = x.mean(axis=0, keepdims=True), x.std(axis=0, keepdims=True)
    return mean, scale + (scale == 0)


def standardise(x, mean, scale):
    return ((np.asarray(x, dtype=np.float64) - mean) / scale).astype(np.float32)


# %% compile
def compile_mlp(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=float(np.float32(learning_rate))),
        loss=keras.losses.sparse_categorical_crossentropy,
        metrics=["sparse_categorical_accuracy", "accuracy"],
        steps_per_execution=100,
    )


# %% keep-best
import json
import uuid


def new_run_folder(root):
    folder = Path(root, uuid.uuid4().hex)
    folder.mkdir(parents=True)
    return folder.as_posix()


class KeepBest(keras.callbacks.Callback):
    def __init__(self, folder):
        super().__init__()
        self.folder = Path(folder)
        self.record = self.folder / "best.json"

    def on_epoch_end(self, epoch, logs=None):
        best = json.loads(self.record.read_text())["val_loss"] if self.record.exists() else float("inf")
        if logs["val_loss"] < best:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.model.save(self.folder / "kept.keras")
            self.record.write_text(json.dumps({"val_loss": logs["val_loss"], "epoch": epoch}))


def train_with_best(model, x, y, x_valid, y_valid, folder, epochs):
    return model.fit(
        x, y, epochs=epochs, validation_data=(x_valid, y_valid), callbacks=[KeepBest(folder)], verbose=2
    )


def load_best(folder):
    return keras.saving.load_model(f"{folder}/kept.keras", compile=True)


# %% evaluate
def loss_and_accuracy(probabilities, labels):
    probabilities = keras.ops.convert_to_tensor(probabilities)
    labels = keras.ops.convert_to_tensor(np.asarray(labels, dtype=np.int32))
    losses = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
    hits = keras.ops.equal(keras.ops.argmax(probabilities, axis=1), keras.ops.cast(labels, "int64"))
    return keras.ops.mean(losses), keras.ops.mean(keras.ops.cast(hits, "float32"))


# %% confusion
def confusion_matrix(labels, answers, n_classes):
    pairs = np.asarray(labels, dtype=np.int64) * n_classes + np.asarray(answers, dtype=np.int64)
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes).astype(np.float32)


def recall(matrix):
    with np.errstate(invalid="ignore"):
        return np.diagonal(matrix) / matrix.sum(axis=1)


def most_confused(matrix):
    copy = np.array(matrix, dtype=float)
    np.fill_diagonal(copy, -1)
    return np.array(divmod(copy.argmax(), len(copy)))


# %% choose-rate
def choose_learning_rate(rates, losses):
    rates, losses = np.asarray(rates), np.asarray(losses, dtype=np.float64)
    keep = np.isfinite(losses)
    smooth = pd.Series(np.minimum(losses[keep], 10)).rolling(15, center=True).median().to_numpy()
    return np.float64(rates[keep][np.nanargmin(smooth)]) * 0.1
