"""`practicals reproduce`: trains what published figures were measured on, and writes docs/reproduction.md."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from autograder.errors import PracticalsError
from autograder.notebooks import digest, write_atomically
from course_utils import data
from course_utils.ensembles import Adam, Ensemble

FIRST_SEED = 42
N_VALID = 5_000  # the first training images, in all published settings


@dataclass(frozen=True)
class Training:
    """One classifier, trained as a published figure says.

    Attributes:
        data_set: "mnist" or "fashion_mnist".
        hidden: units of the hidden layers.
        activation: of the hidden layers, as Keras names it.
        initializer: of all kernels, as Keras names it.
        normalised: whether a batch normalisation stands before each activation.
        optimizer: class name in `keras.optimizers`.
        settings: further arguments of the optimiser.
        learning_rate: of the optimiser.
        epochs: of 55,000 images, in minibatches of 32.
    """

    data_set: str = "mnist"
    hidden: tuple[int, ...] = (50, 50, 50)
    activation: str = "sigmoid"
    initializer: str = "glorot_normal"
    normalised: bool = False
    optimizer: str = "SGD"
    settings: tuple[tuple[str, Any], ...] = ()
    learning_rate: float = 0.1
    epochs: int = 20


@dataclass(frozen=True)
class Row:
    """A published figure.

    Attributes:
        practical: the practical that quotes it.
        what: the setting, in words.
        published: the figure, as it was published.
        run: what measures it, given a seed; a number.
        depends: what the figure depends on, in a form that can be compared.
        remark: why ours may differ.
    """

    practical: str
    what: str
    published: str
    run: Callable[[int], float]
    depends: Any
    remark: str


def reproduce(root: Path, practicals: list[str] | None, seeds: int, console: Console) -> Path:
    """Measure all rows over several seeds, and write docs/reproduction.json and docs/reproduction.md.

    A finished run is kept in the JSON file until its setting changes, so an interrupted command goes on where
    it stopped.

    Args:
        root: the checkout.
        practicals: measure the rows of these only; default: all.
        seeds: runs of each row.
        console: where progress is shown.

    Returns:
        the path of the page.

    Raises:
        PracticalsError: a practical has no row, or a data set is not on this machine.
    """
    chosen = [row for row in rows() if practicals is None or row.practical in practicals]
    for name in practicals or []:
        if name not in {row.practical for row in rows()}:
            raise PracticalsError(
                f"no published figure belongs to {name}", "Name another practical, or none for all"
            )
    for row in chosen:
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            measured = read(root)
            runs = measured.setdefault(key(row), {})
            if str(seed) in runs:
                continue
            try:
                runs[str(seed)] = round(row.run(seed), 6)
            except data.DataError as error:
                raise PracticalsError(
                    f"{row.practical}, {row.what}: {error}", "Every published figure needs its own data set"
                ) from error
            known = {key(each) for each in rows()}
            kept = {name: values for name, values in sorted(measured.items()) if name in known}
            write_atomically(data_file(root), json.dumps(kept, indent=1) + "\n")
            write_atomically(page_file(root), page(kept))
            console.print(f"{row.practical}, {row.what}, seed {seed}: {runs[str(seed)]:.4f}")
    return page_file(root)


def problem(root: Path, seeds: int) -> str | None:
    """What is wrong with the page, in words; None where nothing is.

    Args:
        root: the checkout.
        seeds: runs that each row must have at least.
    """
    measured = read(root)
    for row in rows():
        if (done := len(measured.get(key(row), {}))) < seeds:
            return f"{row.practical}, {row.what}: measured with {done} of {seeds} seeds"
    if not page_file(root).exists() or page_file(root).read_text("utf-8") != page(measured):
        return f"{page_file(root).relative_to(root)} is not what the measured figures give"
    return None


def page(measured: dict[str, dict[str, float]]) -> str:
    """The page, in Markdown.

    Args:
        measured: the figure of each seed, by `key` of the row.
    """
    lines = [
        "# Published figures, measured again",
        "",
        "Written by `practicals reproduce`; every edit by hand is lost. Each row trains the published",
        "setting anew for each seed. (The notebooks compare the same things on fewer images.)",
        "",
        "| practical | setting | published | ours, mean ± sd | seeds | remark |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows():
        values = list(measured.get(key(row), {}).values())
        if len(values) > 1:
            spread = np.std(values, ddof=1)
            digits = 4 if spread < 0.002 else 3
            ours = f"{np.mean(values):.{digits}f} ± {spread:.{digits}f}"
        else:
            ours = f"{values[0]:.3f}" if values else "not measured yet"
        cells = (row.practical[:3].upper(), row.what, row.published, ours, len(values), row.remark)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def rows() -> list[Row]:
    """All published figures that are measurements."""
    scaling = "the published scaling of inputs is not known; ours: from 0 to 1, minus the mean image"
    found = []

    def row(
        practical: str,
        what: str,
        published: str,
        training: Training,
        remark: str,
        figure: str = "val_accuracy",
    ) -> None:
        found.append(
            Row(
                practical,
                what,
                published,
                lambda seed: accuracies(training, seed)[figure],
                [repr(training), figure],
                remark,
            )
        )

    mlp = Training("fashion_mnist", (300, 100), "relu", "he_normal", learning_rate=1e-3, epochs=5)
    for figure, name, published in (
        ("val_accuracy", "validation", "0.849"),
        ("test_accuracy", "test", "0.828"),
    ):
        row(
            "p01_mlp_basics",
            f"Fashion-MNIST, 784-300-100-10, SGD(0.001), 5 epochs: {name} accuracy",
            published,
            mlp,
            "one seed; ours has inputs standardised pixel by pixel and He weights",
            figure,
        )
    plain = "MNIST, 784-50-50-50-10, SGD(0.1), 20 epochs"
    for activation, initializer, words, published in (
        ("sigmoid", "glorot_normal", "sigmoid, Glorot", "0.964"),
        ("sigmoid", "he_normal", "sigmoid, He", "0.969"),
        ("sigmoid", "random_normal", 'sigmoid, "random normal" (sd 0.05)', "0.957"),
        ("sigmoid", "zeros", "sigmoid, zeros", "0.451"),
        ("relu", "glorot_normal", "ReLU, Glorot", "0.970"),
        ("relu", "zeros", "ReLU, zeros", "about 0.1"),
    ):
        row(
            "p03_initialization",
            f"{plain}, {words}: validation accuracy",
            published,
            Training(activation=activation, initializer=initializer),
            scaling,
        )
    found.append(
        Row(
            "p03_initialization",
            "ReLU, 10 layers of width 2, target \\|x\\|, 10 epochs: share of 1,000 networks that collapsed",
            "over 0.9",
            collapsed_share,
            "10 epochs, Adam(0.001), batch 64",
            "Lu et al. trained until nothing changed; most of ours had collapsed before they were trained",
        )
    )
    for initializer, normalised, words, published in (
        ("glorot_normal", True, "sigmoid with batch normalisation, Glorot", "0.972"),
        ("random_normal", True, 'sigmoid with batch normalisation, "random normal"', "0.975"),
        ("glorot_normal", False, "sigmoid without, Glorot", "0.966"),
        ("random_normal", False, 'sigmoid without, "random normal"', "0.953"),
    ):
        row(
            "p04_batch_normalization",
            f"{plain}, {words}: validation accuracy",
            published,
            Training(initializer=initializer, normalised=normalised),
            scaling,
        )
    momentum = (("momentum", 0.9), ("nesterov", True))
    for optimizer, settings, words, published in (
        ("SGD", (), "SGD", "0.923"),
        ("RMSprop", (), "RMSProp", "0.968"),
        ("SGD", momentum, "Nesterov momentum 0.9", "0.968"),
    ):
        row(
            "p05_optimizers",
            f"MNIST, 784-300-100-10, ReLU, {words}, learning rate 0.001, 20 epochs: validation accuracy",
            published,
            Training(
                hidden=(300, 100),
                activation="relu",
                initializer="he_normal",
                optimizer=optimizer,
                settings=settings,
                learning_rate=1e-3,
            ),
            "the published network is not known; " + scaling,
        )
    for figure, words, published in (
        ("from scratch", "from scratch: test accuracy", "0.9695"),
        ("fine-tuned", "on network A, 4 epochs frozen, 16 fine-tuned: test accuracy", "0.9925"),
        ("gain", "gain of transfer in test accuracy, pair by pair", "0.0230"),
    ):
        found.append(
            Row(
                "p06_transfer_learning",
                "Fashion-MNIST, 200 sandals and shirts, 784-300-100-50-50-50-1, SELU, SGD(0.001), 20 epochs, "
                + words,
                published,
                lambda seed, figure=figure: transferred(seed)[figure],
                ["first 200 images, network A for 20 epochs with SGD(0.001), batch 32", figure],
                "one seed; ours trains network A anew for each seed too, and takes the same 200 images",
            )
        )
    for figure, words, published in (
        ("plain", "test accuracy without dropout at inference", "0.8672"),
        ("mc", "test accuracy of the mean of 100 passes with dropout", "0.8668"),
        ("difference", "the second less the first", "−0.0004"),
    ):
        found.append(
            Row(
                "p07_dropout",
                f"Fashion-MNIST, 784-300-100-10, ELU, dropout 0.2 before each layer, {words}",
                published,
                lambda seed, figure=figure: dropout_accuracies(seed)[figure],
                ["ELU, He weights, Nadam(0.001), 5 epochs, batch 32, 100 passes", figure],
                "one seed of a network that is not known; ours: Nadam(0.001), 5 epochs, inputs standardised "
                "pixel by pixel",
            )
        )
    return found


@cache
def accuracies(training: Training, seed: int) -> dict[str, float]:
    """Validation and test accuracy of a training.

    Args:
        training: the setting.
        seed: of weights and minibatches.

    Raises:
        DataError: the data set is not on this machine.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    images = data.load(training.data_set)
    x_train, x_valid, x_test = scaled(images, with_width=training.data_set == "fashion_mnist")
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input(shape=(784,))])
    for units in training.hidden:
        model.add(
            keras.layers.Dense(
                units, kernel_initializer=training.initializer, use_bias=not training.normalised
            )
        )
        if training.normalised:
            model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation(training.activation))
    model.add(keras.layers.Dense(10, activation="softmax", kernel_initializer=training.initializer))
    optimizer = getattr(keras.optimizers, training.optimizer)
    model.compile(
        optimizer=optimizer(learning_rate=training.learning_rate, **dict(training.settings)),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=200,
    )
    model.fit(x_train, images.y_train[N_VALID:], batch_size=32, epochs=training.epochs, verbose=0)
    return {
        f"{part}_accuracy": float(np.mean(np.argmax(model(x), axis=1) == labels))
        for part, x, labels in (
            ("val", x_valid, images.y_train[:N_VALID]),
            ("test", x_test, images.y_test),
        )
    }


@cache
def transferred(seed: int) -> dict[str, float]:
    """Test accuracy on sandals and shirts, learned from 200 images: from scratch, fine-tuned, and the gain.

    Args:
        seed: of weights and minibatches, those of network A too.

    Raises:
        DataError: Fashion-MNIST is not on this machine.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    images = data.load("fashion_mnist")
    x, y = images.x_train[N_VALID:].reshape(-1, 784).astype("float32") / 255, images.y_train[N_VALID:]
    x_test, y_test = images.x_test.reshape(-1, 784).astype("float32") / 255, images.y_test
    sandals_and_shirts = np.isin(y, (5, 6))
    x_few, y_few = x[sandals_and_shirts][:200], (y[sandals_and_shirts][:200] == 6).astype("float32")
    x_test, y_test = x_test[np.isin(y_test, (5, 6))], y_test[np.isin(y_test, (5, 6))] == 6

    def network(outputs: int) -> keras.Sequential:
        hidden = [keras.layers.Dense(units, activation="selu") for units in (300, 100, 50, 50, 50)]
        return keras.Sequential([keras.Input(shape=(784,)), *hidden, keras.layers.Dense(outputs)])

    def train(model: keras.Sequential, loss: keras.losses.Loss, x: np.ndarray, y: np.ndarray, n: int) -> None:
        sgd = keras.optimizers.SGD(learning_rate=1e-3)
        model.compile(optimizer=sgd, loss=loss, steps_per_execution=min(200, len(x) // 32))
        model.fit(x, y, batch_size=32, epochs=n, verbose=0)

    def accuracy(model: keras.Sequential) -> float:
        return float(np.mean((model.predict(x_test, verbose=0)[:, 0] > 0) == y_test))

    keras.utils.set_random_seed(seed)
    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    network_a = network(8)
    labels_a = (y - 2 * (y > 6))[~sandals_and_shirts]
    several = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    train(network_a, several, x[~sandals_and_shirts], labels_a, 20)
    scratch, tuned = network(1), network(1)
    train(scratch, binary, x_few, y_few, 20)
    for copy, layer in zip(tuned.layers[:-1], network_a.layers[:-1], strict=True):
        copy.set_weights(layer.get_weights())
        copy.trainable = False
    train(tuned, binary, x_few, y_few, 4)
    for layer in tuned.layers:
        layer.trainable = True
    train(tuned, binary, x_few, y_few, 16)
    found = {"from scratch": accuracy(scratch), "fine-tuned": accuracy(tuned)}
    return {**found, "gain": found["fine-tuned"] - found["from scratch"]}


def scaled(images: data.Dataset, *, with_width: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training, validation and test images as rows of pixels, centred on the mean training image.

    Args:
        images: a data set.
        with_width: divide by the standard deviation of each pixel, too.
    """
    pixels = images.x_train.reshape(-1, 784).astype("float32") / 255
    x_train, x_valid = pixels[N_VALID:], pixels[:N_VALID]
    x_test = images.x_test.reshape(-1, 784).astype("float32") / 255
    centre = x_train.mean(axis=0)
    width = np.maximum(x_train.std(axis=0), 1e-4) if with_width else 1
    return tuple((x - centre) / width for x in (x_train, x_valid, x_test))


@cache
def dropout_accuracies(seed: int) -> dict[str, float]:
    """Test accuracy of a network with dropout: `plain`, `mc` (mean of 100 passes), and their `difference`.

    Args:
        seed: of weights, minibatches and dropout.

    Raises:
        DataError: Fashion-MNIST is not on this machine.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    from course_utils import uncertainty

    images = data.load("fashion_mnist")
    x_train, _, x_test = scaled(images, with_width=True)
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input(shape=(784,))])
    for units, activation in ((300, "elu"), (100, "elu"), (10, "softmax")):
        model.add(keras.layers.Dropout(0.2))
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
    model.compile(
        optimizer=keras.optimizers.Nadam(learning_rate=1e-3),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=200,
    )
    model.fit(x_train, images.y_train[N_VALID:], batch_size=32, epochs=5, verbose=0)
    samples = uncertainty.mc_samples(model, x_test, passes=100, seed=seed)
    plain = uncertainty.accuracy(keras.ops.convert_to_numpy(model(x_test)), images.y_test)
    mc = uncertainty.accuracy(uncertainty.predictive_mean(samples), images.y_test)
    return {"plain": plain, "mc": mc, "difference": mc - plain}


def collapsed_share(seed: int) -> float:
    """Share of 1,000 narrow ReLU networks that give (nearly) the same output everywhere after training.

    Args:
        seed: of points, weights and minibatches.
    """
    points = np.random.default_rng(seed).uniform(-np.sqrt(7), np.sqrt(7), size=3_000)
    networks = Ensemble.create(
        (1, *(2,) * 9, 1), members=1_000, activation="relu", initializer="he_normal", seed=seed
    )
    networks.fit(points, np.abs(points), epochs=10, batch_size=64, optimizer=Adam(1e-3), verbose=0)
    return float(np.mean(networks.collapsed(points, tolerance=1e-3)))


def key(row: Row) -> str:
    """The name under which a row's runs are kept: it changes with the setting."""
    return f"{row.practical} {row.what} {digest(row.depends)[:12]}"


def read(root: Path) -> dict[str, dict[str, float]]:
    """The runs measured so far.

    Raises:
        PracticalsError: the file is damaged.
    """
    if not data_file(root).exists():
        return {}
    try:
        return json.loads(data_file(root).read_text("utf-8"))
    except ValueError as error:
        raise PracticalsError(
            f"{data_file(root)} is damaged: {error}", "Delete it, or restore it with git"
        ) from error


def data_file(root: Path) -> Path:
    """Where the figure of each run is kept."""
    return root / "docs" / "reproduction.json"


def page_file(root: Path) -> Path:
    """The page for people."""
    return root / "docs" / "reproduction.md"
