"""A practical's results.json: figures measured over seeds, thresholds and how often they fail honest runs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from autograder.errors import PracticalsError
from autograder.notebooks import code_digest
from autograder.thresholds import Threshold, false_fail_rate, thresholds_in

SIGNIFICANT_DIGITS = 6


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
        [(measured["code"], measured["figures"]) for _, measured in budgets]
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


def calibrated(notebook: NotebookNode, budgets: dict[str, Any]) -> list[dict[str, Any]]:
    """Every threshold of a notebook with its error rate, once for each measured budget.

    Raises:
        PracticalsError: a threshold names a figure that no run recorded.
    """
    rows = []
    for threshold in thresholds_in(notebook):
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
                    "false_fail_rate": false_fail_rate(figure["values"], threshold.kind, threshold.threshold),
                }
            )
    return rows


def results_problem(notebook: NotebookNode, path: Path) -> str | None:
    """Why a results.json does not belong to a notebook, or None when it does."""
    try:
        results, wanted = read_results(path), thresholds_in(notebook)
    except PracticalsError as error:
        return error.problem
    if not path.exists():
        number = "1 threshold" if len(wanted) == 1 else f"{len(wanted)} thresholds"
        return (
            f"{number} of the test cells {'was' if len(wanted) == 1 else 'were'} never measured"
            if wanted
            else None
        )
    stale = [
        budget
        for budget, measured in results["budgets"].items()
        if measured["code"] != code_digest(notebook, budget)
    ]
    if stale:
        return f"the code was changed since the {' and '.join(stale)} budget was measured"
    measured = {json.dumps({key: row.get(key) for key in _identity_keys()}) for row in results["thresholds"]}
    if measured != {json.dumps(rounded(identity(threshold))) for threshold in wanted}:
        return "its thresholds are not those in the test cells"
    return None


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
