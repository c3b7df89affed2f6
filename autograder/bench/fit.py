"""How long an epoch of `fit` takes as P01 teaches it and as plain `fit`, and whether both give the same."""

import io
import statistics
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.bench.machine import machine
from autograder.errors import PracticalsError
from autograder.practical.cells import grade_id
from autograder.practical.notebooks import read_text
from autograder.practical.paths import source_text
from course_utils import data

PRACTICAL = "p01_mlp_basics"
TAUGHT_CELLS = ("build-mlp", "compile")  # the reference solutions that make and compile the network
LAYER_SIZES = (784, 300, 100, 10)
LEARNING_RATE = 1e-3
N_VALID = 5_000  # images kept for validation; the other 55,000 are trained on
SEED = 42
TOLERANCE = 1e-5  # largest difference of a weight or a loss that passes for the same result


@dataclass
class Recipe:
    """One way to train the network, and what it gave.

    Attributes:
        name: what is special about it.
        model: the compiled Keras model.
        fit: trains the model for one epoch and returns the History.
        seconds: the time of each measured epoch, in s.
        difference: the largest difference of any weight or loss from those of the first recipe, over all
            epochs.
    """

    name: str
    model: Any
    fit: Callable[[], Any]
    seconds: list[float] = field(default_factory=list)
    difference: float = 0.0

    @property
    def median(self) -> float:
        """Median time of an epoch, in s."""
        return statistics.median(self.seconds)


def bench_fit(root: Path, repetitions: int, console: Console, images: int | None = None) -> list[Recipe]:
    """Compare one epoch of `fit` as P01 teaches it with plain `fit`, and their results.

    The plain recipe is that of published courses: Flatten and Dense layers, nothing set in `compile` but
    optimiser, loss and metric, and Keras' own progress bar. All recipes start from the same weights, and each
    epoch from the same seed. The first epoch, in which TensorFlow builds its graph, is compared but not
    timed.

    Args:
        root: the checkout, whose P01 is used.
        repetitions: number of timed epochs of each recipe.
        console: where the table goes.
        images: number of training images, default all 55,000.

    Returns:
        The recipes with their times, the plain one first.

    Raises:
        PracticalsError: P01 or the data set is missing, or the results differ by more than 1e-5.
    """
    x, y = _training_data(images)
    recipes = _recipes(root, x, y)
    for repetition in range(repetitions + 1):
        for recipe in recipes:
            seconds, loss = _epoch(recipe, SEED + repetition)
            if repetition:
                recipe.seconds.append(seconds)
            if recipe is recipes[0]:
                first_loss, first_weights = loss, recipe.model.get_weights()
            else:
                pairs = zip(recipe.model.get_weights(), first_weights, strict=True)
                differences = [abs(loss - first_loss), *(np.abs(a - b).max() for a, b in pairs)]
                recipe.difference = max(recipe.difference, *map(float, differences))
    console.print(_as_table(recipes, len(x)))
    console.print(
        f"{machine()}; {repetitions} timed epochs of each, in turn; "
        "difference: of any weight or loss after any epoch."
    )
    for recipe in recipes:
        if not recipe.difference <= TOLERANCE:
            raise PracticalsError(
                f"“{recipe.name}” gives another result than “{recipes[0].name}”: a weight or loss differs by "
                f"{recipe.difference:.1e}, more than {TOLERANCE:.0e}",
                f"Look at the cells {' and '.join(TAUGHT_CELLS)} of {PRACTICAL}",
            )
    return recipes


def _training_data(images: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Standardised pixels, float32 of shape (n, 784), and their classes."""
    try:
        fashion = data.load("fashion_mnist")
    except data.DataError as error:
        raise PracticalsError("Fashion-MNIST is needed for this", str(error)) from error
    x = fashion.x_train[N_VALID:].reshape(-1, 784).astype(np.float32)
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-7)
    return x[:images], fashion.y_train[N_VALID:][:images]


def _recipes(root: Path, x: np.ndarray, y: np.ndarray) -> list[Recipe]:
    import keras

    from course_utils.training import Progress

    build_mlp, compile_mlp = _taught(root)
    taught = build_mlp(LAYER_SIZES)
    compile_mlp(taught, LEARNING_RATE)
    pictures = x.reshape(-1, 28, 28)

    def plain() -> Any:
        model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
        for units in LAYER_SIZES[1:-1]:
            model.add(keras.layers.Dense(units, activation="relu"))
        model.add(keras.layers.Dense(LAYER_SIZES[-1], activation="softmax"))
        model.compile(
            optimizer=keras.optimizers.SGD(learning_rate=LEARNING_RATE),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        model.set_weights(taught.get_weights())
        return model

    published, quiet = plain(), plain()
    return [
        Recipe("plain fit", published, lambda: published.fit(pictures, y)),
        Recipe("plain fit without the progress bar", quiet, lambda: quiet.fit(pictures, y, verbose=0)),
        Recipe("fit as taught", taught, lambda: taught.fit(x, y, verbose=0, callbacks=[Progress()])),
    ]


def _taught(root: Path) -> tuple[Callable, Callable]:
    """`build_mlp` and `compile_mlp` as the reference solutions of P01 have them."""
    import keras

    cells = {grade_id(cell): cell.source for cell in read_text(source_text(root, PRACTICAL)).cells}
    namespace: dict[str, Any] = {"keras": keras}
    for name in TAUGHT_CELLS:
        if name not in cells:
            raise PracticalsError(f"{PRACTICAL} has no cell {name}", "Give the cell that name again")
        exec(compile(cells[name], f"<{PRACTICAL}: {name}>", "exec"), namespace)
    return namespace["build_mlp"], namespace["compile_mlp"]


def _epoch(recipe: Recipe, seed: int) -> tuple[float, float]:
    """Seconds and loss of an epoch; the seed decides the order of the images."""
    import keras

    keras.utils.set_random_seed(seed)
    with redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        history = recipe.fit()
        seconds = time.perf_counter() - start
    return seconds, history.history["loss"][-1]


def _as_table(recipes: list[Recipe], n: int) -> Table:
    table = Table(title=f"One epoch over {n:,} images, minibatches of 32")
    table.add_column("Recipe")
    for heading in ("Median", "Range", "Times as fast", "Largest difference"):
        table.add_column(heading, justify="right")
    for recipe in recipes:
        table.add_row(
            recipe.name,
            f"{recipe.median:.2f} s",
            f"{min(recipe.seconds):.2f} to {max(recipe.seconds):.2f} s",
            f"{recipes[0].median / recipe.median:.2f}",
            "" if recipe is recipes[0] else f"{recipe.difference:.1g}",
        )
    return table
