"""A practical's results.json: its one reader and its one writer.

It holds the figures that `practicals measure` found at each budget, with digests of the code that each
depends on, the thresholds of the test cells with their error rates, and what `practicals calibrate` found of
wrong answers.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from nbformat import NotebookNode

from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.practical.paths import source_text
from autograder.proof.recording import FigureCode
from autograder.proof.thresholds import Threshold, false_fail_rate

SIGNIFICANT_DIGITS = 6
SHOWN = 3  # figures or cells that a sentence names


@dataclass(frozen=True)
class Outdated:
    """Something in a results.json that is not what the notebook would give now.

    Args:
        what: a sentence.
        budget: the one to measure.
    """

    what: str
    budget: str = "quick"

    def remedy(self, practical: str) -> str:
        """What to do about it."""
        option = "" if self.budget == "quick" else f" --budget {self.budget}"
        return f"run `practicals measure {practical}{option}`"


def results_path(root: Path, practical: str) -> Path:
    """Where the results.json of a practical is; it need not exist.

    Raises:
        PracticalsError: no practical has that name.
    """
    return source_text(root, practical).with_name("results.json")


@contextmanager
def updating(root: Path, practical: str) -> Iterator[dict[str, Any]]:
    """What a results.json holds at this moment, to be changed within the block and then written.

    Another process that updates the same file waits, so nothing that either writes is lost: long work goes
    before the block, not into it. A block that raises writes nothing.

    Raises:
        PracticalsError: no practical has that name, or the file is damaged.
    """
    path = results_path(root, practical)
    with FileLock(writable(root / "build" / "measure") / f"{practical}.lock"):
        results = read_results(path)
        results["practical"] = practical
        yield results
        write_atomically(path, written(results))


def read_results(path: Path) -> dict[str, Any]:
    """The contents of a results.json; without one, those of a practical that nobody measured.

    Raises:
        PracticalsError: the file is damaged.
    """
    if not path.exists():
        return {"budgets": {}, "thresholds": []}
    try:
        results = json.loads(path.read_text("utf-8"))
        budgets, _ = results["budgets"].items(), results["thresholds"]
        for _, measured in budgets:
            [(measured["cells"], figure["code"]) for figure in measured["figures"].values()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PracticalsError(
            f"{path} is not what `practicals measure` writes ({error})",
            "Restore it from version control, or delete it and measure again",
        ) from error
    return results


def written(results: dict[str, Any]) -> str:
    """The text of a results.json: the same for the same figures, numbers to 6 significant digits."""
    return json.dumps(rounded(results), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def summary(values: list[float]) -> dict[str, Any]:
    """Mean, sample standard deviation (None for a single value), number and values of a figure."""
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"mean": float(np.mean(values)), "sd": sd, "n": len(values), "values": values}


def calibrated(thresholds: Sequence[Threshold], budgets: dict[str, Any]) -> list[dict[str, Any]]:
    """Every threshold with its error rate, once for each measured budget.

    Raises:
        PracticalsError: a threshold names a figure that no run recorded.
    """
    rows = []
    for threshold in thresholds:
        for budget, measured in sorted(budgets.items()):
            if threshold.figure not in measured["figures"]:
                recorded = ", ".join(sorted(measured["figures"])) or "none"
                raise PracticalsError(
                    f"cell {threshold.cell!r} has a threshold on {threshold.figure!r}, which is not "
                    f"recorded at the {budget} budget (recorded: {recorded})",
                    "Record it with runs.record, or correct the name, and measure again",
                )
            figure = measured["figures"][threshold.figure]
            rows.append(
                {
                    **identity(threshold),
                    "budget": budget,
                    **{key: figure[key] for key in ("mean", "sd", "n")},
                    # of the values as they are written, so that working it out again gives the same
                    "false_fail_rate": false_fail_rate(
                        rounded(figure["values"]), threshold.kind, threshold.threshold
                    ),
                }
            )
    return rows


def stale(code: FigureCode, measured: dict[str, Any]) -> list[str]:
    """Which figures are not those of the code any more, in sentences that name the cells that were changed.

    Args:
        code: as it is now.
        measured: what results.json has of its budget.
    """
    if code.cells == measured["cells"]:
        return []
    by_cells: dict[str, list[str]] = {}
    for figure, kept in sorted(measured["figures"].items()):
        if kept["code"] != code.digest(figure):
            changed = code.changed(figure, measured["cells"])
            by_cells.setdefault(_was_changed(changed), []).append(figure)
    since = f"since the {code.budget} budget was measured"
    sentences = [f"{_named(figures)}: {what} {since}" for what, figures in by_cells.items()]
    new = code.unmeasured(set(measured["figures"]), measured["cells"])
    return sentences + [f"what {label} records was not measured at the {code.budget} budget" for label in new]


def _named(figures: list[str]) -> str:
    shown = ", ".join(f"`{figure}`" for figure in figures[:SHOWN])
    more = f" and {len(figures) - SHOWN} more" if len(figures) > SHOWN else ""
    return f"figure{'s' if len(figures) > 1 else ''} {shown}{more}"


def _was_changed(labels: list[str]) -> str:
    if not labels:
        return "a cell that it depends on was removed or moved"
    shown = ", ".join(labels[:SHOWN]) + (f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else "")
    return f"{shown} {'were' if len(labels) > 1 else 'was'} changed"


def results_problems(
    notebook: NotebookNode, thresholds: Sequence[Threshold], results: dict[str, Any]
) -> list[Outdated]:
    """Why a results.json does not belong to a notebook that has these thresholds; empty when it does."""
    if not results["budgets"]:
        number = "1 threshold" if len(thresholds) == 1 else f"{len(thresholds)} thresholds"
        was = "was" if len(thresholds) == 1 else "were"
        return [Outdated(f"{number} of the test cells {was} never measured")] if thresholds else []
    problems = [
        Outdated(sentence, budget)
        for budget, measured in results["budgets"].items()
        for sentence in stale(FigureCode(notebook, budget), measured)
    ]
    measured = {json.dumps({key: row.get(key) for key in _identity_keys()}) for row in results["thresholds"]}
    if measured != {json.dumps(rounded(identity(threshold))) for threshold in thresholds}:
        problems.append(Outdated("its thresholds are not those in the test cells"))
    return problems


def identity(threshold: Threshold) -> dict[str, Any]:
    """The fields by which a threshold is known."""
    return {key: getattr(threshold, key) for key in _identity_keys()}


def _identity_keys() -> tuple[str, ...]:
    return ("cell", "figure", "kind", "threshold")


def rounded(value: Any) -> Any:
    """A value as results.json holds it, its numbers with 6 significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value
