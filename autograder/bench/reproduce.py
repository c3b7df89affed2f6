"""`practicals reproduce`: trains what published figures were measured on, and writes docs/reproduction.md."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.digests import digest
from course_utils import data
from course_utils.ensembles import Adam, Ensemble

if TYPE_CHECKING:
    import keras

FIRST_SEED = 42
N_VALID = 5_000  # the first training images, in the published settings on Fashion-MNIST
VALIDATION_SPLIT = 0.2  # of the training images, the last ones, in the published settings on MNIST
LEAKY_SLOPE = 0.3  # that of Keras' layer; its activation "leaky_relu" has 0.2
CHANCE = 2  # standard deviations that one published run may be away from ours without a remark


@dataclass(frozen=True)
class Training:
    """One classifier, trained as a published figure says.

    The output layer is drawn as Keras draws it by default (Glorot uniform, biases of zero).

    Attributes:
        data_set: "mnist" or "fashion_mnist".
        standardised: inputs are standardised pixel by pixel, and the first 5,000 training images are the
            validation images; otherwise inputs are pixels / 255, and the last fifth is
            (Keras' `validation_split=0.2`).
        hidden: units of each hidden layer, and its activations in turn, separated by spaces: as Keras names
            them, or "LeakyReLU" for Keras' layer of that name, with a slope of 0.3.
        initializer: of the kernels of hidden layers, as Keras names it.
        biases_drawn: whether it draws the biases of hidden layers, too; otherwise they begin at zero.
        normalised: whether a batch normalisation stands before each hidden layer's activation.
        optimizer: class name in `keras.optimizers`.
        settings: further arguments of the optimiser.
        learning_rate: of the optimiser.
        epochs: of all training images, in minibatches of 32.
    """

    data_set: str = "mnist"
    standardised: bool = False
    hidden: tuple[tuple[int, str], ...] = ((50, "sigmoid"),) * 3
    initializer: str = "glorot_normal"
    biases_drawn: bool = True
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
        remark: what was tried where ours differs by more than chance, or what else to know; may be empty.
    """

    practical: str
    what: str
    published: str
    run: Callable[[int], float]
    depends: Any
    remark: str = ""

    def distance(self, values: list[float]) -> tuple[float, float] | None:
        """How far the mean of ours is above the published figure, and the standard deviation of ours.

        Args:
            values: ours, one for each seed.

        Returns:
            None where fewer than two seeds are measured, or the published figure is no number ("over 0.9").
        """
        try:
            published = float(self.published.replace("−", "-"))
        except ValueError:
            return None
        if len(values) < 2:
            return None
        return float(np.mean(values)) - published, float(np.std(values, ddof=1))


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
            _write(root, measured)
            console.print(f"{row.practical}, {row.what}, seed {seed}: {runs[str(seed)]:.4f}")
    _write(root, read(root))  # a remark may be new, and somebody may have edited the page
    return page_file(root)


def _write(root: Path, measured: dict[str, dict[str, float]]) -> None:
    """Write the figures, without those of rows that are gone, and the page."""
    known = {key(row) for row in rows()}
    kept = {name: values for name, values in sorted(measured.items()) if name in known}
    write_atomically(data_file(root), json.dumps(kept, indent=1) + "\n")
    write_atomically(page_file(root), page(kept))


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
        distance = row.distance(list(measured[key(row)].values()))
        if distance and abs(distance[0]) > CHANCE * distance[1] and not row.remark:
            return (
                f"{row.practical}, {row.what}: ours is {distance[0]:+.4f} from the published figure, with a "
                f"standard deviation of {distance[1]:.4f}, and no remark says what was tried"
            )
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
        "setting anew for each seed. (The notebooks train settings of their own.)",
        "",
        "What the published settings share: minibatches of 32. On MNIST, pixels / 255, 48,000 images for",
        "training and the last 12,000 of the training set for validation; the initialiser draws kernels and",
        "biases of the hidden layers, and the output layer begins as Keras draws it. On Fashion-MNIST,",
        "55,000 images for training and the first 5,000 for validation; pixels are standardised one by one",
        "in P01, P02 and P07, and divided by 255 in P06; biases begin at zero.",
        "",
        "A published figure is that of one run, so chance alone takes it one or two standard deviations (sd)",
        "away from the mean of ours; where it is more than two, the remark says what was tried.",
        "",
        "| practical | setting | published | ours, mean ± sd | ours − published | seeds | remark |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows():
        values = list(measured.get(key(row), {}).values())
        if len(values) > 1:
            spread = np.std(values, ddof=1)
            digits = 4 if spread < 0.002 else 3
            ours = f"{np.mean(values):.{digits}f} ± {spread:.{digits}f}"
        else:
            digits = 3
            ours = f"{values[0]:.3f}" if values else "not measured yet"
        difference = "–"
        if distance := row.distance(values):
            difference = f"{distance[0]:+.{digits}f}".replace("-", "−")
            if distance[1] > 0:
                difference += f" ({abs(distance[0]) / distance[1]:.1f} sd)"
        cells = (
            row.practical[:3].upper(),
            row.what,
            row.published,
            ours,
            difference,
            len(values),
            row.remark,
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def _figure(measured: Callable[[int], dict[str, float]], name: str, seed: int) -> float:
    """One of the figures that a seed gives."""
    return measured(seed)[name]


def rows() -> list[Row]:
    """All published figures that are measurements."""
    found = []

    def row(
        practical: str,
        what: str,
        published: str,
        training: Training,
        figure: str = "val_accuracy",
        remark: str = "",
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

    shallow, deep = (
        Training("fashion_mnist", True, hidden, "he_normal", biases_drawn=False, learning_rate=1e-3, epochs=5)
        for hidden in (
            ((300, "LeakyReLU"), (100, "LeakyReLU")),
            ((300, "LeakyReLU"), *((100, "selu LeakyReLU"),) * 60),
        )
    )
    for practical, network, training, validation, test in (
        ("p01_mlp_basics", "784-300-100-10, LeakyReLU(0.3)", shallow, "0.849", "0.828"),
        (
            "p02_vanishing_gradients",
            "784-300-(60 layers of 100)-10, SELU followed by LeakyReLU(0.3)",
            deep,
            "0.833",
            "0.821",
        ),
    ):
        for figure, name, published in (
            ("val_accuracy", "validation", validation),
            ("test_accuracy", "test", test),
        ):
            row(
                practical,
                f"Fashion-MNIST, {network}, He, SGD(0.001), 5 epochs: {name} accuracy",
                published,
                training,
                figure,
            )
    plain = "MNIST, 784-50-50-50-10, SGD(0.1), 20 epochs"
    relu = ((50, "relu"),) * 3
    sigmoid = ((50, "sigmoid"),) * 3
    tried = "tried: 25 epochs, two seeds: 0.378 and 0.383 (the first seven epochs stay at 0.106)"
    for hidden, initializer, words, published, remark in (
        (sigmoid, "glorot_normal", "sigmoid, Glorot", "0.964", "the published P04 has 0.966 for the same"),
        (sigmoid, "he_normal", "sigmoid, He", "0.969", ""),
        (sigmoid, "random_normal", 'sigmoid, "random normal" (sd 0.05)', "0.957", ""),
        (sigmoid, "zeros", "sigmoid, hidden layers of zeros", "0.451", tried),
        (relu, "glorot_normal", "ReLU, Glorot", "0.970", ""),
        (relu, "zeros", "ReLU, hidden layers of zeros", "about 0.1", "the share of the digit 1"),
    ):
        row(
            "p03_initialization",
            f"{plain}, {words}: validation accuracy",
            published,
            Training(hidden=hidden, initializer=initializer),
            remark=remark,
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
    tried = "ours normalises before the activation; tried: after it, two seeds: "
    for initializer, normalised, words, published, remark in (
        (
            "glorot_normal",
            True,
            "sigmoid with batch normalisation, Glorot",
            "0.972",
            tried + "0.973 and 0.970, so the published one probably stood there",
        ),
        (
            "random_normal",
            True,
            'sigmoid with batch normalisation, "random normal"',
            "0.975",
            tried + "0.969 and 0.971; the rest of the difference stays unexplained",
        ),
        (
            "glorot_normal",
            False,
            "sigmoid without, Glorot",
            "0.966",
            "the published P03 has 0.964 for the same",
        ),
        (
            "random_normal",
            False,
            'sigmoid without, "random normal"',
            "0.953",
            "the published P03 has 0.957 for the same; tried: all kernels drawn so, biases of zero, 55,000 "
            "images less their mean: 0.957 ± 0.003",
        ),
    ):
        row(
            "p04_batch_normalization",
            f"{plain}, {words}: validation accuracy",
            published,
            Training(initializer=initializer, normalised=normalised),
            remark=remark,
        )
    momentum = (("momentum", 0.9), ("nesterov", True))
    for optimizer, settings, words, published in (
        ("SGD", (), "SGD", "0.923"),
        ("RMSprop", (), "RMSProp", "0.968"),
        ("SGD", momentum, "Nesterov momentum 0.9", "0.968"),
    ):
        row(
            "p05_optimizers",
            f"MNIST, 784-50-50-50-10, ReLU, Glorot, {words}, learning rate 0.001, 20 epochs: "
            "validation accuracy",
            published,
            Training(hidden=relu, optimizer=optimizer, settings=settings, learning_rate=1e-3),
        )
    for figure, words, published, remark in (
        (
            "from scratch",
            "from scratch: test accuracy",
            "0.9695",
            "tried: 50 more draws of the weights: 0.979 ± 0.007, and 0.9695 or less in 5 of them; so these "
            "five seeds were lucky, and the published one was not",
        ),
        (
            "fine-tuned",
            "on network A, 4 epochs frozen, 16 fine-tuned: test accuracy",
            "0.9925",
            "ours trains network A anew for each seed, and takes the same 200 images",
        ),
        (
            "gain",
            "gain of transfer in test accuracy, pair by pair",
            "0.0230",
            "the difference is that of the runs from scratch: see there",
        ),
    ):
        found.append(
            Row(
                "p06_transfer_learning",
                "Fashion-MNIST, 200 sandals and shirts, 784-300-100-50-50-50-1, SELU, SGD(0.001), 20 epochs, "
                + words,
                published,
                partial(_figure, transferred, figure),
                ["first 200 images, network A for 20 epochs with SGD(0.001), batch 32", figure],
                remark,
            )
        )
    tried = "tried: He weights in the output layer too: "
    for figure, words, published, remark in (
        ("plain", "test accuracy without dropout at inference", "0.8672", tried + "0.870 ± 0.002"),
        ("mc", "test accuracy of the mean of 100 passes with dropout", "0.8668", tried + "0.871 ± 0.002"),
        ("difference", "the second less the first", "−0.0004", ""),
    ):
        found.append(
            Row(
                "p07_dropout",
                "Fashion-MNIST, 784-300-100-10, ELU, He, dropout 0.2 before each layer, Nadam(0.001), "
                f"5 epochs, {words}",
                published,
                partial(_figure, dropout_accuracies, figure),
                [
                    "standardised, ELU, He in hidden layers, Nadam(0.001), 5 epochs, batch 32, 100 passes",
                    figure,
                ],
                remark,
            )
        )
    return found


def network(training: Training) -> "keras.Sequential":
    """The network of a training, not compiled: from rows of 784 pixels to probabilities of ten classes."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    model = keras.Sequential([keras.Input(shape=(784,))])
    for units, activations in training.hidden:
        model.add(
            keras.layers.Dense(
                units,
                kernel_initializer=training.initializer,
                bias_initializer=training.initializer if training.biases_drawn else "zeros",
            )
        )
        if training.normalised:
            model.add(keras.layers.BatchNormalization())
        for name in activations.split():
            if name == "LeakyReLU":
                model.add(keras.layers.LeakyReLU(negative_slope=LEAKY_SLOPE))
            else:
                model.add(keras.layers.Activation(name))
    model.add(keras.layers.Dense(10, activation="softmax"))
    return model


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
    train, valid, test = standardised(images) if training.standardised else divided(images)
    keras.utils.set_random_seed(seed)
    model = network(training)
    optimizer = getattr(keras.optimizers, training.optimizer)
    model.compile(
        optimizer=optimizer(learning_rate=training.learning_rate, **dict(training.settings)),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=200,
    )
    model.fit(*train, batch_size=32, epochs=training.epochs, verbose=0)
    return {
        f"{part}_accuracy": float(np.mean(np.argmax(model(x), axis=1) == labels))
        for part, (x, labels) in (("val", valid), ("test", test))
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


def standardised(images: data.Dataset) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Training, validation and test images, each with its labels, as most published figures have them.

    Args:
        images: a data set of 28 × 28 pixels.

    Returns:
        three pairs of images, float32 of shape (n, 784), and labels, uint8 of shape (n,). Each pixel is
        standardised by its mean and standard deviation over the training images; the first 5,000 of the data
        set's training images are the validation images.
    """
    pixels, test = _pixels(images)
    centre, width = pixels[N_VALID:].mean(axis=0), np.maximum(pixels[N_VALID:].std(axis=0), 1e-4)
    pixels, test = (pixels - centre) / width, (test - centre) / width
    return (
        (pixels[N_VALID:], images.y_train[N_VALID:]),
        (pixels[:N_VALID], images.y_train[:N_VALID]),
        (test, images.y_test),
    )


def divided(images: data.Dataset) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Training, validation and test images, each with its labels, as Keras' `validation_split=0.2` has them.

    Args:
        images: a data set of 28 × 28 pixels.

    Returns:
        three pairs of images, float32 of shape (n, 784), pixels / 255, and labels, uint8 of shape (n,). The
        last fifth of the data set's training images are the validation images.
    """
    pixels, test = _pixels(images)
    n_train = round(len(pixels) * (1 - VALIDATION_SPLIT))
    return (
        (pixels[:n_train], images.y_train[:n_train]),
        (pixels[n_train:], images.y_train[n_train:]),
        (test, images.y_test),
    )


def _pixels(images: data.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Training and test images as rows of 784 pixels from 0 to 1, float32."""
    train, test = (x.reshape(-1, 784).astype("float32") / 255 for x in (images.x_train, images.x_test))
    return train, test


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
    train, _, (x_test, y_test) = standardised(images)
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input(shape=(784,))])
    for units in (300, 100):
        model.add(keras.layers.Dropout(0.2))
        model.add(keras.layers.Dense(units, activation="elu", kernel_initializer="he_normal"))
    model.add(keras.layers.Dropout(0.2))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=keras.optimizers.Nadam(learning_rate=1e-3),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=200,
    )
    model.fit(*train, batch_size=32, epochs=5, verbose=0)
    samples = uncertainty.mc_samples(model, x_test, passes=100, seed=seed)
    plain = uncertainty.accuracy(keras.ops.convert_to_numpy(model(x_test)), y_test)
    mc = uncertainty.accuracy(uncertainty.predictive_mean(samples), y_test)
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
