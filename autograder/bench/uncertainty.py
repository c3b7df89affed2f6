"""How much faster many passes of Monte-Carlo dropout are in one call than in separate calls."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.bench.machine import machine
from autograder.files import write_atomically
from course_utils import uncertainty

# the network of P07: dropout before each layer
SIZES, RATE = (784, 300, 100, 10), 0.2
IMAGES = (1, 100)
# standard errors that mean probabilities may be apart, in the root mean square over all of them
AGREEMENT = 5


@dataclass
class Way:
    """One way to make many passes over some images, and what it took.

    Attributes:
        name: what is special about it.
        images: how many.
        sample: makes the passes; (passes, images, classes).
        wall: seconds of each measured repetition.
        cpu: seconds that all cores worked, of each.
        mean: the mean probabilities of the last repetition, (images, classes).
        std: their standard deviation over the passes.
    """

    name: str
    images: int
    sample: Callable[[], np.ndarray]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    mean: Any = None
    std: Any = None

    def run(self) -> None:
        """Make the passes once, and keep the times and what came out."""
        wall, cpu = time.perf_counter(), time.process_time()
        samples = self.sample()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)
        self.mean, self.std = uncertainty.predictive_mean(samples), uncertainty.predictive_std(samples)

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.wall)


def bench_uncertainty(
    repetitions: int,
    console: Console,
    json_file: Path | None = None,
    passes: int = 100,
    images: tuple[int, ...] = IMAGES,
) -> list[Way]:
    """Make the passes of Monte-Carlo dropout in one call and in separate ones, in turn, and compare results.

    The separate calls are those of `model(x)` and of `model.predict(x)`, of the same Monte-Carlo model.
    Each way runs once before the clock does, so that no graph is built in the time measured.

    Args:
        repetitions: measured runs of each way.
        console: where the table goes.
        json_file: a file for the figures.
        passes: default 100.
        images: numbers of images, default 1 and 100.

    Returns:
        The ways with their times: for each number of images the one call first.

    Raises:
        RuntimeError: the ways' mean probabilities differ by more than chance makes them.
    """
    mc = _network()
    rng = np.random.default_rng(42)
    groups = [_ways(mc, rng.normal(size=(n, SIZES[0])).astype("float32"), passes) for n in images]
    ways = [way for group in groups for way in group]
    for way in ways:
        way.sample()
    for _ in range(repetitions):
        for way in ways:
            way.run()
    for once, *others in groups:
        for other in others:
            _check_agreement(once, other, passes)
    console.print(_table(groups, passes))
    for once, called, _ in groups:
        console.print(
            f"{once.images:,} images: {passes} passes in one call are "
            f"{called.median / once.median:.1f} times as fast as {passes} calls."
        )
    console.print(f"{machine()}; medians of {repetitions} runs of each way, in turn.")
    if json_file:
        figures = {
            "machine": machine(),
            "passes": passes,
            "ways": [
                {"name": way.name, "images": way.images, "wall_seconds": way.wall, "cpu_seconds": way.cpu}
                for way in ways
            ],
            "times_as_fast": {once.images: called.median / once.median for once, called, _ in groups},
        }
        write_atomically(json_file, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    return ways


def _network() -> Any:
    import keras

    keras.utils.set_random_seed(42)
    model = keras.Sequential([keras.Input((SIZES[0],))])
    for units in SIZES[1:]:
        last = units == SIZES[-1]
        model.add(keras.layers.Dropout(RATE))
        model.add(keras.layers.Dense(units, "softmax" if last else "elu", kernel_initializer="he_normal"))
    return uncertainty.mc_model(model)


def _ways(mc: Any, x: np.ndarray, passes: int) -> list[Way]:
    return [
        Way("one call (mc_samples)", len(x), lambda: uncertainty.mc_samples(mc, x, passes)),
        Way("model(x), one by one", len(x), lambda: np.stack([np.asarray(mc(x)) for _ in range(passes)])),
        Way(
            "model.predict(x), one by one",
            len(x),
            lambda: np.stack([mc.predict(x, verbose=0) for _ in range(passes)]),
        ),
    ]


def _check_agreement(one: Way, other: Way, passes: int) -> None:
    error = np.sqrt(np.mean(one.std**2 + other.std**2) / passes)
    apart = float(np.sqrt(np.mean((one.mean - other.mean) ** 2)) / error)
    if apart > AGREEMENT:
        raise RuntimeError(
            f"{one.name!r} and {other.name!r} give different means: {apart:.1f} standard errors apart"
        )


def _table(groups: list[list[Way]], passes: int) -> Table:
    table = Table(
        title=f"{passes} passes of {'-'.join(map(str, SIZES))} with dropout {RATE} before each layer"
    )
    table.add_column("Images", justify="right")
    table.add_column("Way")
    for heading in ("Time", "×", "Processor"):
        table.add_column(heading, justify="right")
    for group in groups:
        for way in group:
            table.add_row(
                f"{way.images:,}",
                way.name,
                f"{way.median:.3f} s",
                f"{way.median / group[0].median:.1f}",
                f"{statistics.median(way.cpu):.3f} s",
            )
    return table
