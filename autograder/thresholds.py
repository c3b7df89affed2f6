"""Thresholds on measured figures: finds them in test cells, and says how often an honest run misses one."""

import ast
from dataclasses import dataclass

import numpy as np
from nbformat import NotebookNode
from scipy.special import stdtr

from autograder.errors import PracticalsError
from autograder.notebooks import code_cells, describe, grade_id, syntax

KINDS = ("at_least", "at_most")
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
    for index, cell in code_cells(notebook, tests=True):
        for node in ast.walk(syntax(cell, index)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", None) in KINDS:
                arguments = {keyword.arg: keyword.value for keyword in node.keywords}
                if "figure" not in arguments:
                    continue
                threshold = arguments.get("threshold", node.args[1] if len(node.args) > 1 else None)
                try:
                    figure = str(ast.literal_eval(arguments["figure"]))
                    number = float(ast.literal_eval(threshold))
                except (TypeError, ValueError) as error:
                    raise PracticalsError(
                        f"{describe(cell, index)}: {node.func.attr} with figure= needs its threshold and the "
                        f"figure's name written out, line {node.lineno} of the cell",
                        "Write the number itself, so that `practicals measure` can calibrate it",
                    ) from error
                found.add(Threshold(grade_id(cell), figure, node.func.attr, number))
    return sorted(found)


def checks_by_kind(notebook: NotebookNode) -> dict[str, int]:
    """Calls of `expect` in the test cells: exact ones, those within a tolerance, bounds on a measured figure.

    A bound without `figure=` counts as a tolerance.
    """
    counts = dict.fromkeys(CHECK_KINDS, 0)
    for index, cell in code_cells(notebook, tests=True):
        for node in ast.walk(syntax(cell, index)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and getattr(node.func.value, "id", None) == "expect"
            ):
                name, arguments = node.func.attr, {keyword.arg for keyword in node.keywords}
                if name in EXACT:
                    counts["exact"] += 1
                elif name in KINDS and "figure" in arguments:
                    counts["statistical"] += 1
                elif name in KINDS or name == "close":
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
