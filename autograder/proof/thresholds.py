"""Thresholds on measured figures: finds them in test cells, and says how often an honest run misses one."""

from dataclasses import dataclass

import numpy as np
from nbformat import NotebookNode
from scipy.special import stdtr

from autograder.errors import PracticalsError
from autograder.practical.cells import name_of
from autograder.practical.testcells import read_tests
from course_utils.testcells import BOUNDS

MAX_RATE = 1e-3  # of false failures, and of false passes, that a threshold may have
CHECK_KINDS = ("exact", "tolerance", "statistical")
EXACT = {"equal", "shape", "true", "raises"}


@dataclass(frozen=True, order=True)
class Threshold:
    """A bound that a test cell puts on a measured figure.

    Args:
        cell: grade id of the test cell.
        figure: name of the figure, as the notebook records it.
        kind: `at_least` or `at_most`.
        threshold: the number in the cell.
    """

    cell: str
    figure: str
    kind: str
    threshold: float


def thresholds_in(notebook: NotebookNode) -> list[Threshold]:
    """The calls `expect.at_least(x, NUMBER, …, figure="name")` and `at_most` in test cells, sorted.

    Raises:
        PracticalsError: a call with `figure=` has no number written as its threshold.
    """
    found = set()
    for where, cell, test in read_tests(notebook):
        for check in test.checks:
            if not check.is_measured:
                continue
            if check.figure is None or check.threshold is None:
                raise PracticalsError(
                    f"{where}: {check.kind} with figure= needs its threshold and the figure's name written "
                    f"out, line {check.line} of the cell",
                    "Write the number itself, so that `practicals measure` can calibrate it",
                )
            found.add(Threshold(name_of(cell), check.figure, check.kind, check.threshold))
    return sorted(found)


def checks_by_kind(notebook: NotebookNode) -> dict[str, int]:
    """Calls of `expect` in the test cells: exact ones, those within a tolerance, bounds on a measured figure.

    A bound without `figure=` counts as a tolerance.
    """
    counts = dict.fromkeys(CHECK_KINDS, 0)
    for _, _, test in read_tests(notebook):
        for check in test.checks:
            if check.kind in EXACT:
                counts["exact"] += 1
            elif check.is_measured:
                counts["statistical"] += 1
            elif check.kind in (*BOUNDS, "close"):
                counts["tolerance"] += 1
    return counts


def false_fail_rate(values: list[float], kind: str, threshold: float) -> float | None:
    """The chance that the next honest run misses a threshold, judged from measured runs.

    For n normal values of unknown mean and variance, with mean m and sample standard deviation s, a further
    value is distributed as m + s·√(1 + 1/n)·t with n − 1 degrees of freedom (the posterior predictive
    distribution under the noninformative prior: Gelman et al., Bayesian Data Analysis, 3rd edition, 2013,
    section 3.2).

    Args:
        values: the figure in each run.
        kind: `at_least` or `at_most`.
        threshold: the bound; the bound itself passes.

    Returns:
        a probability; None for fewer than two values, which say nothing about the spread.
    """
    n = len(values)
    if n < 2:
        return None
    mean, scale = np.mean(values), np.std(values, ddof=1) * np.sqrt(1 + 1 / n)
    distance = threshold - mean if kind == "at_least" else mean - threshold
    if scale == 0:
        return float(distance > 0)
    return float(stdtr(n - 1, distance / scale))
