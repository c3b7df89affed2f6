"""`practicals measure`: runs a practical once per seed, and writes what it recorded into results.json."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from rich.console import Console

from autograder.build import course_utils_folder, prepared
from autograder.errors import PracticalsError
from autograder.execution import execute
from autograder.notebooks import (
    code_cells,
    code_digest,
    digest,
    is_test,
    package_digest,
    read_text,
    write_atomically,
)
from autograder.paths import source_text
from autograder.results import calibrated, read_results, summary, written

FIRST_SEED = 42


def measure(root: Path, practical: str, budget: str, seeds: int, console: Console) -> Path:
    """Execute a practical once a seed, from 42 on; write figures, times and error rates to results.json.

    A finished seed is kept under build/measure/ until the code changes, so an interrupted measurement goes on
    where it stopped. The other budget's figures stay as they are.

    Args:
        root: the checkout.
        practical: name of the practical.
        budget: `quick` or `full`.
        seeds: number of runs.
        console: where progress is shown.

    Returns:
        the path of results.json.

    Raises:
        PracticalsError: a cell failed, or the notebook records a figure twice, or a value that is not finite.
    """
    notebook = prepared(read_text(source_text(root, practical)), practical)
    path = source_text(root, practical).with_name("results.json")
    read_results(path)  # a damaged file is told before hours of measuring
    finished = root / "build" / "measure" / practical / budget / _run_digest(notebook)[:16]
    runs: list[dict[str, Any]] = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        kept = finished / f"seed-{seed}.json"
        known = kept.exists()
        if not known:
            write_atomically(kept, json.dumps(_run(notebook, practical, budget, seed, console)))
        runs.append(json.loads(kept.read_text("utf-8")))
        left = sum(run["seconds"] for run in runs) / len(runs) * (seeds - len(runs))
        console.print(
            f"{practical}, {budget} budget, seed {seed}: {'kept from before' if known else 'done'}, "
            f"{runs[-1]['seconds']:.0f} s ({len(runs)} of {seeds}; about {left / 60:.0f} min left)"
        )
    results = read_results(path)  # again: calibrating may have written it meanwhile
    names = sorted({name for run in runs for name in run["figures"]})
    results["practical"] = practical
    results["budgets"][budget] = {
        "code": code_digest(notebook, budget),
        "seeds": list(range(FIRST_SEED, FIRST_SEED + seeds)),
        "seconds": summary([run["seconds"] for run in runs]),
        "figures": {
            name: summary([run["figures"][name] for run in runs if name in run["figures"]]) for name in names
        },
    }
    results["thresholds"] = calibrated(notebook, results["budgets"])
    write_atomically(path, written(results))
    return path


def _run(notebook: NotebookNode, practical: str, budget: str, seed: int, console: Console) -> dict[str, Any]:
    """One execution; a test cell may fail, since missing a threshold is one of the things to be measured."""
    with tempfile.TemporaryDirectory(prefix=f"{practical}-record-") as folder:
        record = Path(folder) / "record.jsonl"
        record.touch()
        settings = {"COURSE_BUDGET": budget, "COURSE_SEED": str(seed), "COURSE_RECORD": str(record)}
        seconds = execute(notebook, practical, settings, console, timeout=None, may_fail=is_test)
        return {"seconds": seconds, "figures": recorded(record, practical)}


def recorded(record: Path, practical: str) -> dict[str, float]:
    """The figures that a run appended to its record file, one JSON object `{"name", "value"}` a line.

    Raises:
        PracticalsError: a figure was recorded twice, or is no finite number.
    """
    figures: dict[str, float] = {}
    for line in record.read_text("utf-8").splitlines():
        entry = json.loads(line)
        name, value = entry["name"], float(entry["value"])
        if name in figures:
            raise PracticalsError(
                f"{practical} records the figure {name!r} twice in one run",
                "Give each figure a name of its own",
            )
        if not math.isfinite(value):
            raise PracticalsError(
                f"{practical} records {value} as {name!r}",
                "Record a finite number, such as the share of runs that diverged",
            )
        figures[name] = value
    return figures


def _run_digest(notebook: NotebookNode) -> str:
    """What a run's figures depend on, seed and installed packages apart: all code, and course_utils."""
    sources = [cell.source for tests in (False, True) for _, cell in code_cells(notebook, tests)]
    return digest([*sources, package_digest(course_utils_folder())])
