"""`practicals measure`: runs a practical once per seed, and writes what it recorded into results.json."""

import importlib.metadata
import json
import math
import tempfile
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from rich.console import Console

from autograder.authoring.build import prepared
from autograder.authoring.execute import execute
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.cells import code_cells, is_test
from autograder.practical.digests import course_utils_folder, digest, package_digest
from autograder.practical.notebooks import read_text
from autograder.practical.paths import source_text
from autograder.proof.figures import calibrated, read_results, results_path, stale, summary, updating
from autograder.proof.recording import FigureCode
from autograder.proof.thresholds import thresholds_in

FIRST_SEED = 42


def measure(
    root: Path, practical: str, budget: str, seeds: int, console: Console, force: bool = False
) -> Path:
    """Execute a practical once a seed, from 42 on; write figures, times and error rates to results.json.

    Nothing is executed when no figure of the budget is stale and it was measured over so many seeds; then
    only the error rates are worked out again. Otherwise every run is a whole one, and all figures of the
    budget are those of these runs: the seeds and the seconds of a budget are one and the same for all of its
    figures. The other budget's figures stay as they are. A finished seed is kept under build/measure/ until
    the code, course_utils or a package changes, so an interrupted measurement goes on where it stopped.

    Args:
        root: the checkout.
        practical: name of the practical.
        budget: `quick` or `full`.
        seeds: number of runs.
        console: where progress is shown.
        force: measure also what is not stale; finished seeds that are kept count, too.

    Returns:
        the path of results.json.

    Raises:
        PracticalsError: a cell failed, or the notebook records a figure twice, or a value that is not finite.
    """
    notebook = prepared(read_text(source_text(root, practical)), practical)
    thresholds = thresholds_in(notebook)
    code = FigureCode(notebook, budget)
    measured = read_results(results_path(root, practical))["budgets"].get(budget)
    reasons = _reasons(code, measured, seeds)
    for reason in reasons:
        console.print(f"{practical}: {reason}", highlight=False, soft_wrap=True)
    fresh: dict[str, Any] | None = None
    if reasons or force:
        fresh = _measured(_runs(root, notebook, practical, budget, seeds, console), seeds)
    else:
        console.print(f"{practical}, {budget} budget: no figure is stale; nothing was run", highlight=False)
    with updating(root, practical) as results:
        if fresh:
            results["budgets"][budget] = fresh
        kept = results["budgets"][budget]
        kept["cells"] = code.cells
        for figure, row in kept["figures"].items():
            row["code"] = code.digest(figure)
        results["thresholds"] = calibrated(thresholds, results["budgets"])
    return results_path(root, practical)


def _reasons(code: FigureCode, measured: dict[str, Any] | None, seeds: int) -> list[str]:
    """Why a budget is to be measured, in sentences."""
    if measured is None:
        return [f"the {code.budget} budget was never measured"]
    reasons = stale(code, measured)
    if (runs := len(measured["seeds"])) < seeds:
        reasons.append(f"the {code.budget} budget was measured over {runs} of {seeds} seeds")
    return reasons


def _runs(
    root: Path, notebook: NotebookNode, practical: str, budget: str, seeds: int, console: Console
) -> list[dict[str, Any]]:
    """What each run recorded, and its seconds."""
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
    return runs


def _measured(runs: list[dict[str, Any]], seeds: int) -> dict[str, Any]:
    """A budget of results.json, without the digests of the code."""
    names = sorted({name for run in runs for name in run["figures"]})
    return {
        "seeds": list(range(FIRST_SEED, FIRST_SEED + seeds)),
        "seconds": summary([run["seconds"] for run in runs]),
        "figures": {
            name: summary([run["figures"][name] for run in runs if name in run["figures"]]) for name in names
        },
    }


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
        PracticalsError: a figure was recorded twice, or is not a finite number.
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
    """What a run's figures depend on, the seed apart: all code, course_utils and the installed packages."""
    sources = [cell.source for tests in (False, True) for _, cell in code_cells(notebook, tests)]
    installed = sorted(f"{one.metadata['Name']} {one.version}" for one in importlib.metadata.distributions())
    return digest([sources, package_digest(course_utils_folder()), installed])
