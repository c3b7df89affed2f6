"""`practicals calibrate`: how often thresholds fail right answers and pass wrong ones, into results.json."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from rich.console import Console

from autograder.authoring.build import prepared
from autograder.practical.bank import BankEntry, read_bank
from autograder.practical.cells import grade_id
from autograder.practical.digests import digest
from autograder.practical.notebooks import read_text
from autograder.practical.paths import practical_names, source_text
from autograder.practical.reach import Reach, code_at
from autograder.proof.figures import (
    calibrated,
    identity,
    read_results,
    results_path,
    results_problems,
    rounded,
    summary,
    updating,
)
from autograder.proof.thresholds import MAX_RATE, Threshold, false_fail_rate, thresholds_in
from autograder.proof.variant_workers import Task, Workers
from autograder.proof.variants import SEED, Outcome, affected, cell_of, graded_run, needed
from course_utils.experiments import is_experiment

BUDGET = "quick"  # what submissions are graded at, and so what wrong answers are measured at
LAW = "predictive t distribution of the measured runs"


@dataclass(frozen=True)
class _Run:
    """One run of a wrong answer."""

    answer: str
    seed: int


@dataclass(frozen=True)
class Judged:
    """A threshold that a wrong answer is held against."""

    threshold: Threshold
    answer: str


def calibrate_all(
    root: Path, names: list[str] | None, console: Console, runs: int = 10, workers: int = 2
) -> list[Path]:
    """Write the error rates of practicals' thresholds into their results.json; see `calibrate`.

    Returns:
        the files that were written.
    """
    return [
        path
        for practical in names or practical_names(root)
        if (path := calibrate(root, practical, console, runs, workers))
    ]


def calibrate(root: Path, practical: str, console: Console, runs: int, workers: int) -> Path | None:
    """Write the error rates of a practical's thresholds into results.json.

    The rates of the reference come from the figures that `practicals measure` wrote. The wrong answers are
    the bank's misconceptions that lose points in the threshold's test cell: each is run with the seeds 42,
    43, … at the quick budget, and the chance that it passes is that its next run meets the threshold, by the
    same t predictive distribution (`proof.thresholds.false_fail_rate`). A misconception whose mean meets
    a threshold is not a wrong answer to that one, and left out.

    Args:
        root: the checkout.
        practical: name of the practical.
        console: where progress is shown.
        runs: of each wrong answer, at least 2.
        workers: processes at a time.

    Returns:
        the path of results.json; None where there are no thresholds.

    Raises:
        PracticalsError: a figure was not measured, or the reference fails.
    """
    notebook = prepared(read_text(source_text(root, practical)), practical)
    thresholds = thresholds_in(notebook)
    if not thresholds:
        console.print(f"{practical}: its test cells have no thresholds")
        return None
    bank = read_bank(root, practical)
    values = _values(practical, notebook, thresholds, bank, console, runs, workers)
    wrong_answers = {
        cell: {
            "inputs": _inputs_digest(notebook, bank, cell),
            "answers": [
                row
                for threshold in thresholds
                if threshold.cell == cell
                for one in _losing(bank, cell)
                if (row := _row(threshold, one.name, values.get(Judged(threshold, one.name), [])))
            ],
        }
        for cell in sorted({threshold.cell for threshold in thresholds})
    }
    with updating(root, practical) as results:
        results["law"] = LAW
        results["thresholds"] = calibrated(thresholds, results["budgets"])
        results["wrong_answers"] = wrong_answers
    return results_path(root, practical)


def calibration_problems(root: Path, names: list[str] | None) -> list[str]:
    """What is missing, stale or above 1 in 1,000 among the error rates of practicals, or all."""
    return [
        f"{practical}: {problem}"
        for practical in names or practical_names(root)
        for problem in _problems(root, practical)
    ]


def high_rates(results: dict[str, Any]) -> list[tuple[str, str]]:
    """Thresholds of a results.json whose error rate is above 1 in 1,000: test cell and sentence."""
    found = []
    for row in results["thresholds"]:
        if (rate := row["false_fail_rate"]) is not None and rate > MAX_RATE:
            found.append(
                (
                    row["cell"],
                    f"{_in_words(row)} fails the reference at the {row['budget']} budget with probability "
                    f"{rate:.2g}; it may be {MAX_RATE:g}",
                )
            )
    for cell, of_cell in results.get("wrong_answers", {}).items():
        for row in of_cell["answers"]:
            if row["false_pass_rate"] > MAX_RATE:
                found.append(
                    (
                        cell,
                        f"{_in_words(row)} passes {row['answer']}.py of the bank with probability "
                        f"{row['false_pass_rate']:.2g}; it may be {MAX_RATE:g}",
                    )
                )
    return found


def _problems(root: Path, practical: str) -> list[str]:
    notebook = prepared(read_text(source_text(root, practical)), practical)
    thresholds = thresholds_in(notebook)
    if not thresholds:
        return []
    results = read_results(results_path(root, practical))
    if outdated := results_problems(notebook, thresholds, results):
        return [f"results.json: {one.what}: {one.remedy(practical)}" for one in outdated]
    problems = [f"{cell}: {sentence}" for cell, sentence in high_rates(results)]
    problems += [
        f"{row['cell']}: {_in_words(row)} was measured in {row['n']} run at the {row['budget']} budget, "
        f"which says nothing about its spread: run `practicals measure {practical} --budget {row['budget']}`"
        for row in results["thresholds"]
        if row["false_fail_rate"] is None
    ]
    bank, kept = read_bank(root, practical), results.get("wrong_answers", {})
    for cell in sorted({threshold.cell for threshold in thresholds}):
        if kept.get(cell, {}).get("inputs") != _inputs_digest(notebook, bank, cell):
            problems.append(
                f"{cell}: its wrong answers were not measured, or have changed since: run `practicals "
                f"calibrate {practical}`"
            )
            continue
        answered = [{key: row[key] for key in identity(thresholds[0])} for row in kept[cell]["answers"]]
        problems += [
            f"{cell}: the bank has no wrong answer that fails {_in_words(identity(threshold))}: add one"
            for threshold in thresholds
            if threshold.cell == cell and rounded(identity(threshold)) not in answered
        ]
    return problems


def _losing(bank: list[BankEntry], cell: str) -> list[BankEntry]:
    """The misconceptions that lose points in a test cell."""
    return [one for one in bank if cell in one.fails]


def _values(
    practical: str,
    notebook: NotebookNode,
    thresholds: list[Threshold],
    bank: list[BankEntry],
    console: Console,
    runs: int,
    workers: int,
) -> dict[Judged, list[float]]:
    """What each wrong answer gave each threshold, once a run."""
    wanted = {threshold.cell for threshold in thresholds}
    entries = [one for one in bank if wanted & set(one.fails)]
    cells = graded_run(notebook)
    chosen = {name for one in entries for name in affected(cells, one.cells)}
    names = [cell_of(name, code).looks_up for one in entries for name, code in one.cells.items()]
    cells = needed(cells, chosen, frozenset().union(*names))
    values: dict[Judged, list[float]] = {}
    if not entries:
        return values
    tasks = [
        Task(_Run(one.name, seed), "run", {"answers": one.cells, "seed_": seed})
        for seed in range(SEED, SEED + runs)
        for one in entries
    ]

    def done(task: Task[_Run], outcome: Outcome) -> None:
        run = task.key
        for threshold, value in outcome.values:
            values.setdefault(Judged(threshold, run.answer), []).append(value)
        console.print(f"{practical}: {run.answer}, seed {run.seed}, {outcome.seconds:.0f} s", highlight=False)

    with Workers(practical, cells, workers) as pool:
        pool.reference()
        pool.run(tasks, done)
    return values


def _row(threshold: Threshold, name: str, values: list[float]) -> dict[str, Any] | None:
    """A wrong answer's figures at a threshold; None if it was not judged by it, or rightly passes it."""
    fails = false_fail_rate(values, threshold.kind, threshold.threshold)
    if fails is None:
        return None
    measured = summary(values)
    passes = (measured["mean"] >= threshold.threshold) == (threshold.kind == "at_least")
    if passes:
        return None
    return {
        **identity(threshold),
        "answer": name,
        "budget": BUDGET,
        **{key: measured[key] for key in ("mean", "sd", "n")},
        "false_pass_rate": 1 - fails,
    }


def _inputs_digest(notebook: NotebookNode, bank: list[BankEntry], cell: str) -> str:
    """What the figures of the wrong answers to a test cell depend on, installed packages apart."""
    return digest([[one.name, _reached(notebook, one, cell)] for one in _losing(bank, cell)])


def _reached(notebook: NotebookNode, one: BankEntry, test: str) -> list[str]:
    """The digests of the cells that a test cell reaches when a wrong answer is in the notebook."""
    answered = new_notebook(
        cells=[
            NotebookNode(cell, source=one.cells.get(grade_id(cell) or "", cell.source))
            for cell in notebook.cells
            if not is_experiment(cell)  # when wrong answers are run, these are not
        ]
    )
    cells = code_at(answered, BUDGET, tests=(test,))
    (number,) = (number for number, cell in enumerate(cells) if cell.label == f"cell {test!r}")
    return [cells[other].digest for other in Reach(cells).of(number)]


def _in_words(row: dict[str, Any]) -> str:
    return f"{row['figure']} {row['kind'].replace('_', ' ')} {row['threshold']:g}"
