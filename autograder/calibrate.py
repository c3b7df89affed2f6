"""`practicals calibrate`: how often thresholds fail right answers and pass wrong ones, into results.json."""

import ast
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from rich.console import Console

from autograder.bank import BankEntry, read_bank
from autograder.build import prepared
from autograder.notebooks import (
    code_cells,
    code_digest,
    digest,
    grade_id,
    read_text,
    syntax,
    write_atomically,
)
from autograder.paths import practical_names, source_text
from autograder.results import calibrated, identity, read_results, results_problem, rounded, summary, written
from autograder.thresholds import MAX_RATE, Threshold, false_fail_rate, thresholds_in
from autograder.variant_workers import Task, Workers
from autograder.variants import SEED, Outcome, affected, cell_of, graded_run, needed

BUDGET = "quick"  # what submissions are graded at, and so what wrong answers are measured at
LAW = "predictive t distribution of the measured runs"


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
    same t predictive distribution (`autograder.thresholds.false_fail_rate`). A misconception whose mean meets
    a threshold is no wrong answer to that one, and left out.

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
    notebook, path = _read(root, practical)
    thresholds = thresholds_in(notebook)
    if not thresholds:
        console.print(f"{practical}: its test cells have no thresholds")
        return None
    bank = read_bank(root, practical)
    values = _values(practical, notebook, bank, console, runs, workers)
    results = read_results(path)  # only now: measuring may have gone on meanwhile
    results["practical"], results["law"] = practical, LAW
    results["thresholds"] = calibrated(notebook, results["budgets"])
    results["wrong_answers"] = {
        cell: {
            "inputs": _inputs_digest(notebook, bank, cell),
            "answers": [
                row
                for threshold in thresholds
                if threshold.cell == cell
                for one in _judged(bank, cell)
                if (row := _row(threshold, one.name, values.get((threshold, one.name), [])))
            ],
        }
        for cell in sorted({threshold.cell for threshold in thresholds})
    }
    write_atomically(path, written(results))
    return path


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
    notebook, path = _read(root, practical)
    thresholds = thresholds_in(notebook)
    if not thresholds:
        return []
    if (problem := results_problem(notebook, path)) is not None:
        return [f"results.json: {problem}: run `practicals measure {practical}`"]
    results = read_results(path)
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


def _read(root: Path, practical: str) -> tuple[NotebookNode, Path]:
    text = source_text(root, practical)
    return prepared(read_text(text), practical), text.with_name("results.json")


def _judged(bank: list[BankEntry], cell: str) -> list[BankEntry]:
    """The misconceptions that lose points in a test cell."""
    return [one for one in bank if cell in one.fails]


def _values(
    practical: str, notebook: NotebookNode, bank: list[BankEntry], console: Console, runs: int, workers: int
) -> dict[tuple[Threshold, str], list[float]]:
    """What each wrong answer gave each threshold, once a run."""
    wanted = {threshold.cell for threshold in thresholds_in(notebook)}
    entries = [one for one in bank if wanted & set(one.fails)]
    cells = graded_run(notebook)
    chosen = {name for one in entries for name in affected(cells, one.cells)}
    names = [cell_of(name, code).looks_up for one in entries for name, code in one.cells.items()]
    cells = needed(cells, chosen, frozenset().union(*names))
    values: dict[tuple[Threshold, str], list[float]] = {}
    if not entries:
        return values
    tasks = [
        Task((one.name, seed), "run", {"answers": one.cells, "seed_": seed})
        for seed in range(SEED, SEED + runs)
        for one in entries
    ]

    def done(task: Task, outcome: Outcome) -> None:
        name, seed = task.key
        for test, figure, kind, threshold, value in outcome.values:
            values.setdefault((Threshold(test, figure, kind, threshold), name), []).append(value)
        console.print(f"{practical}: {name}, seed {seed}, {outcome.seconds:.0f} s", highlight=False)

    with Workers(practical, cells, workers) as pool:
        pool.reference()
        pool.run(tasks, done)
    return values


def _row(threshold: Threshold, name: str, values: list[float]) -> dict[str, Any] | None:
    """A wrong answer's figures at a threshold; None if it was not judged by it, or rightly passes it."""
    if len(values) < 2:
        return None
    measured = summary(values)
    passes = (measured["mean"] >= threshold.threshold) == (threshold.kind == "at_least")
    if passes:
        return None
    fails = false_fail_rate(values, threshold.kind, threshold.threshold)
    return {
        **identity(threshold),
        "answer": name,
        "budget": BUDGET,
        **{key: measured[key] for key in ("mean", "sd", "n")},
        "false_pass_rate": 1 - fails,
    }


def _inputs_digest(notebook: NotebookNode, bank: list[BankEntry], cell: str) -> str:
    """What the figures of the wrong answers to a test cell depend on, installed packages apart."""
    (test,) = (
        ast.dump(syntax(node, index))
        for index, node in code_cells(notebook, tests=True)
        if grade_id(node) == cell
    )
    return digest(
        [code_digest(notebook, "quick"), test, [[one.name, one.cells] for one in _judged(bank, cell)]]
    )


def _in_words(row: dict[str, Any]) -> str:
    return f"{row['figure']} {row['kind'].replace('_', ' ')} {row['threshold']:g}"
