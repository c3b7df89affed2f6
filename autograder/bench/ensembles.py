"""How much faster many networks train at once than one by one with Keras, and how many collapse."""

import io
import json
import math
import statistics
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import binomtest

from autograder.bench.machine import machine
from autograder.files import write_atomically
from course_utils.ensembles import Adam, Ensemble

# the study of Lu et al., Dying ReLU and initialization, arXiv:1903.06733: ten layers, nine of them hidden
SIZES = (1, *(2,) * 9, 1)
N, LIMIT, BATCH_SIZE, LEARNING_RATE = 3_000, math.sqrt(7), 64, 1e-3
INITIALIZER = "he_normal"
TARGETS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "|x|": np.abs,
    "x sin 5x": lambda x: x * np.sin(5 * x),
    "step + sin": lambda x: (x > 0) + 0.2 * np.sin(5 * x),
}
ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "Leaky ReLU"}  # below 0 with the slope 0.01
NEARLY = 1e-3  # outputs that differ by no more count as nearly constant

# the eight networks of P04's first comparison, each with five seeds: activation, initial weights, normalised
WIDE_SIZES = (784, 50, 50, 50, 10)
WIDE_SETTINGS = list(product(("sigmoid", "relu"), ("glorot_normal", "random_normal"), (False, True)))
WIDE_SEEDS, WIDE_IMAGES, WIDE_BATCH_SIZE, WIDE_LEARNING_RATE = 5, 10_000, 32, 0.1


@dataclass
class Way:
    """One way to train the networks, and what it took.

    Attributes:
        name: what is special about it.
        networks: how many a measured training has; times of others are in proportion.
        train: makes and trains them.
        wall: seconds of each measured training.
        cpu: seconds that all cores worked, of each measured training.
    """

    name: str
    networks: int
    train: Callable[[], Any]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Train once, and keep the times."""
        with redirect_stdout(io.StringIO()):
            wall, cpu = time.perf_counter(), time.process_time()
            self.train()
            self.wall.append(time.perf_counter() - wall)
            self.cpu.append(time.process_time() - cpu)

    def wall_of(self, members: int) -> float:
        """Median seconds for so many networks."""
        return statistics.median(self.wall) * members / self.networks

    def cpu_of(self, members: int) -> float:
        """Median seconds of work for so many networks."""
        return statistics.median(self.cpu) * members / self.networks


@dataclass
class Collapse:
    """How many members of an ensemble give the same output for all inputs.

    Attributes:
        target: the function that is learned.
        activation: of the hidden layers.
        epochs: of training, 0 for the initial weights.
        members: the number of networks.
        collapsed: members whose outputs are all equal, as those of dead ReLU networks are. With Leaky ReLU no
            network dies, but rounding can lose its slopes.
        nearly: members whose outputs differ by no more than 0.001.
        low, high: the Wilson interval of the share of `collapsed`, 95 %.
    """

    target: str
    activation: str
    epochs: int
    members: int
    collapsed: int
    nearly: int
    low: float
    high: float


def bench_ensembles(
    repetitions: int,
    console: Console,
    json_file: Path | None = None,
    members: int = 1_000,
    epochs: int = 10,
    images: int = WIDE_IMAGES,
) -> tuple[list[Way], list[Way], list[Collapse]]:
    """Train many networks at once and one by one with Keras, in turn; then count collapsed networks.

    The narrow ones are the networks of the dying-ReLU study. The ways of Keras are `fit` as students would
    write it; the same with one call for the steps of an epoch, without XLA and without the progress bar; and
    that with one compiled model, whose weights and optimiser are set anew for each training. Times include
    making the networks, where that is not done once for all.

    The wide ones are the classifiers of P04's first comparison, on random images. `fit` has its fastest
    settings there, with and without XLA, a compiled model of each kind, and a graph that exists before the
    clock runs; `together.fit` makes its own graph each time.

    Args:
        repetitions: measured trainings of each way.
        console: where the tables go.
        json_file: a file for the figures.
        members: the number of networks, default 1,000.
        epochs: of each training, default 10.
        images: that the wide networks are trained on, default 10,000.

    Returns:
        The ways with their times, the ensemble first, for the narrow networks and for the wide ones; the
        shares of collapsed networks.
    """
    rng = np.random.default_rng(42)
    x = rng.uniform(-LIMIT, LIMIT, N).astype(np.float32)
    ways, wide = _ways(x, members, epochs), _wide_ways(rng, images, epochs)
    n_wide = wide[0].networks
    for _ in range(repetitions):
        for way in (*ways, *wide):
            way.run()
    title = f"{members:,} networks of ten layers of two units, {epochs} epochs over {N:,} points"
    console.print(_ways_table(ways, members, title))
    ensemble, plain = ways[0], ways[1]
    ratio = plain.wall_of(members) / ensemble.wall_of(members)
    work = plain.cpu_of(members) / ensemble.cpu_of(members)
    console.print(
        f"{members:,} networks at once train {ratio:,.0f} times as fast as one by one with plain fit, which "
        f"takes {work:,.0f} times the processor's time. {machine()}; medians of {repetitions} trainings of "
        "each way, in turn."
    )
    shape = "-".join(map(str, WIDE_SIZES))
    title = f"{n_wide} networks {shape}, {epochs} epochs over {images:,} images"
    console.print(_ways_table(wide, n_wide, title))
    fastest = min(way.wall_of(n_wide) for way in wide[1:])
    wide_ratio = fastest / wide[0].wall_of(n_wide)
    console.print(
        f"{n_wide} at once train {wide_ratio:.1f} times as fast as one by one with the fastest fit."
    )
    collapses = [
        collapse
        for target in TARGETS
        for activation in ACTIVATIONS
        for collapse in _collapses(x, target, activation, members, epochs)
    ]
    console.print(_collapses_table(collapses))
    if json_file:
        figures = {
            "machine": machine(),
            "members": members,
            "epochs": epochs,
            "ways": [_figures(way, members) for way in ways],
            "wide_ways": [_figures(way, n_wide) for way in wide],
            "times_as_fast": ratio,
            "times_less_work": work,
            "wide_times_as_fast": wide_ratio,
            "collapses": [asdict(collapse) for collapse in collapses],
        }
        write_atomically(json_file, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    return ways, wide, collapses


def _figures(way: Way, members: int) -> dict[str, Any]:
    """What the file says about a way."""
    return {
        "name": way.name,
        "networks": way.networks,
        "wall_seconds": way.wall,
        "cpu_seconds": way.cpu,
        "wall_seconds_of_all": way.wall_of(members),
        "cpu_seconds_of_all": way.cpu_of(members),
    }


def _ways(x: np.ndarray, members: int, epochs: int) -> list[Way]:
    import keras

    y = TARGETS["|x|"](x)
    column = x[:, np.newaxis]
    arguments: dict[str, Any] = {"epochs": epochs, "batch_size": BATCH_SIZE}

    def ensemble() -> None:
        networks = Ensemble.create(SIZES, members, "relu", INITIALIZER)
        networks.fit(x, y, optimizer=Adam(LEARNING_RATE), verbose=0, **arguments)

    def network(**compile_arguments: Any) -> Any:
        model = keras.Sequential([keras.Input((1,))])
        for units in SIZES[1:-1]:
            model.add(keras.layers.Dense(units, activation="relu", kernel_initializer=INITIALIZER))
        model.add(keras.layers.Dense(1, kernel_initializer=INITIALIZER))
        optimizer = keras.optimizers.Adam(learning_rate=LEARNING_RATE)
        model.compile(optimizer=optimizer, loss="mse", **compile_arguments)
        return model

    best = {"steps_per_execution": math.ceil(N / BATCH_SIZE), "jit_compile": False}
    reused = network(**best)
    with redirect_stdout(io.StringIO()):
        reused.fit(column, y, verbose=0, **arguments)  # its graph is there before the clock runs
    weights = Ensemble.create(SIZES, 1, "relu", INITIALIZER).member_weights(0)

    def again() -> None:
        reused.set_weights(weights)
        for variable in reused.optimizer.variables:
            if variable is not reused.optimizer.learning_rate:
                variable.assign(np.zeros(variable.shape, variable.dtype))
        reused.fit(column, y, verbose=0, **arguments)

    return [
        Way("course_utils.ensembles", members, ensemble),
        Way("plain fit", 1, lambda: network().fit(column, y, **arguments)),
        Way("fit, best settings", 1, lambda: network(**best).fit(column, y, verbose=0, **arguments)),
        Way("the same model again", 1, again),
    ]


def _wide_ways(rng: np.random.Generator, images: int, epochs: int) -> list[Way]:
    import keras

    from course_utils import together

    x = rng.random((images, WIDE_SIZES[0]), np.float32)
    y = rng.integers(0, WIDE_SIZES[-1], images)
    arguments: dict[str, Any] = {"epochs": epochs, "batch_size": WIDE_BATCH_SIZE, "verbose": 0}

    def network(activation: str, initializer: str, normalised: bool) -> Any:
        model = keras.Sequential([keras.Input((WIDE_SIZES[0],))])
        for units in WIDE_SIZES[1:-1]:
            dense = keras.layers.Dense(units, kernel_initializer=initializer, use_bias=not normalised)
            model.add(dense)
            if normalised:
                model.add(keras.layers.BatchNormalization())
            model.add(keras.layers.Activation(activation))
        model.add(keras.layers.Dense(WIDE_SIZES[-1], "softmax", kernel_initializer=initializer))
        return model

    models = [network(*setting) for setting in WIDE_SETTINGS for _ in range(WIDE_SEEDS)]
    firsts = [model.get_weights() for model in models[::WIDE_SEEDS]]

    def at_once() -> None:
        together.fit(models, x, y, keras.optimizers.SGD(WIDE_LEARNING_RATE), **arguments)

    def one_by_one(xla: bool) -> Callable[[], None]:
        kinds = {}
        for activation, initializer, normalised in WIDE_SETTINGS:
            if (activation, normalised) in kinds:
                continue
            model = kinds[activation, normalised] = network(activation, initializer, normalised)
            model.compile(
                optimizer=keras.optimizers.SGD(WIDE_LEARNING_RATE),
                loss="sparse_categorical_crossentropy",
                metrics=["accuracy"],
                steps_per_execution=math.ceil(images / WIDE_BATCH_SIZE),
                jit_compile=xla,
            )
            model.fit(x, y, **{**arguments, "epochs": 1})  # its graph is there before the clock runs

        def train() -> None:
            for (activation, _, normalised), weights in zip(WIDE_SETTINGS, firsts, strict=True):
                model = kinds[activation, normalised]
                model.set_weights(weights)  # a new beginning: plain SGD remembers nothing else
                model.fit(x, y, **arguments)

        return train

    return [
        Way("course_utils.together", len(models), at_once),
        Way("the same models again", len(WIDE_SETTINGS), one_by_one(xla=False)),
        Way("the same with XLA", len(WIDE_SETTINGS), one_by_one(xla=True)),
    ]


def _collapses(x: np.ndarray, target: str, activation: str, members: int, epochs: int) -> list[Collapse]:
    """Shares before and after training."""
    ensemble = Ensemble.create(SIZES, members, activation, INITIALIZER, seed=42)
    grid = np.linspace(-LIMIT, LIMIT, N)

    def count(done: int) -> Collapse:
        collapsed = int(ensemble.collapsed(grid).sum())
        interval = binomtest(collapsed, members).proportion_ci(0.95, "wilson")
        nearly = int(ensemble.collapsed(grid, NEARLY).sum())
        return Collapse(
            target, ACTIVATIONS[activation], done, members, collapsed, nearly, interval.low, interval.high
        )

    before = count(0)
    ensemble.fit(x, TARGETS[target](x), epochs, BATCH_SIZE, Adam(LEARNING_RATE), verbose=0)
    return [before, count(epochs)]


def _ways_table(ways: list[Way], members: int, title: str) -> Table:
    table = Table(title=title)
    table.add_column("Way")
    for heading in ("Measured", "Time", "×", "Processor", "×"):
        table.add_column(heading, justify="right")
    for way in ways:
        wall, cpu = way.wall_of(members), way.cpu_of(members)
        table.add_row(
            way.name,
            f"{len(way.wall)} × {way.networks:,}",
            f"{wall:,.0f} s" if wall > 100 else f"{wall:.1f} s",
            _times(wall / ways[0].wall_of(members)),
            f"{cpu:,.0f} s" if cpu > 100 else f"{cpu:.1f} s",
            _times(cpu / ways[0].cpu_of(members)),
        )
    return table


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def _collapses_table(collapses: list[Collapse]) -> Table:
    table = Table(
        title="Collapsed networks: all outputs are the same number (Wilson interval)",
        caption=f"The paper: over 90 % with ReLU. Nearly: outputs within {NEARLY}.",
    )
    for heading in ("Target", "Activation"):
        table.add_column(heading)
    for heading in ("Epochs", "Collapsed", "95 % interval", "Nearly"):
        table.add_column(heading, justify="right")
    for row in collapses:
        table.add_row(
            row.target,
            row.activation,
            str(row.epochs),
            f"{row.collapsed / row.members:.1%}",
            f"{row.low:.1%} to {row.high:.1%}",
            f"{row.nearly / row.members:.1%}",
        )
    return table
