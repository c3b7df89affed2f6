"""One verdict everywhere: the bank through every way in which checks run, and where two of them differ."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich.console import Console

from autograder.practical.bank import BankEntry
from autograder.practical.cells import is_exercise, name_of
from autograder.proof.audit_report import Report
from autograder.proof.graded_bank import execute_answers, packs
from autograder.proof.variants import Cell, affected, graded_run
from autograder.proof.warm_kernels import warm_context
from autograder.proof.ways import (
    CHECK,
    ENGINE,
    NOTEBOOK,
    STOCK,
    VALIDATE,
    Seen,
    Sight,
    run_unisolated,
    sight_of,
)
from course_utils.experiments import without_experiments
from course_utils.results import FAILED, PartResult

HOME, GRADING = (NOTEBOOK, CHECK, VALIDATE), (STOCK, ENGINE)
WAYS = (*HOME, *GRADING)
NOT_TRIED = "not tried"
AGAIN = 2  # words that one draw in ten gives differ in 18 % of comparisons, three times running in 0.6 %
# What is drawn anew in each run, and so may differ: numbers, truth values, and how many of them are shown
NUMBER = (
    r"[-+\u2212]?(?:(?<![a-zA-Z\d])\d[\d,.]*(?:e[-+]?\d+)?|\bnan\b|\binf\b|\bTrue\b|\bFalse\b|…|\.\.\."
    r"|\bentries in all\b)"
)
NUMBERS = re.compile(rf"[\s,;()\[\]]*(?:{NUMBER}[\s,;()\[\]]*)+")


@dataclass(frozen=True)
class Place:
    """Where two ways differ.

    Args:
        test: the test cell.
        part: title of the part and its number among parts of that title; ("", 0) for the whole cell.
        about: "verdict", "points", "shown", or the label of a line of feedback.
    """

    test: str
    part: tuple[str, int]
    about: str


def compare_everywhere(
    root: Path,
    practical: str,
    notebook: NotebookNode,
    bank: list[BankEntry],
    workers: int,
    console: Console,
    most: int | None = None,
) -> Report:
    """Run the bank in every way, several entries to a notebook and without experiments, and compare.

    The checks draw their inputs anew each time, so numbers in the feedback are not compared, and where two
    ways differ the notebook is run again, twice at most: a difference that is not there each time is chance.

    Args:
        root: the checkout.
        practical: name of the practical.
        notebook: its text, prepared.
        bank: its entries.
        workers: how many notebooks run at a time.
        console: where progress is shown.
        most: how many notebooks to run at most, those with most entries; default: as many as hold the bank.

    Raises:
        PracticalsError: this machine cannot isolate student code, or nbgrader does not grade.
    """
    start = time.monotonic()
    report = Report(practical)
    cells = graded_run(notebook)
    trimmed = without_experiments(notebook)
    reference = {name_of(cell): cell.source for cell in trimmed.cells if is_exercise(cell)}
    groups = sorted(packs(cells, bank), key=len, reverse=True)[:most] or [[]]
    answers = {
        str(number): reference | {name: code for one in group for name, code in one.cells.items()}
        for number, group in enumerate(groups)
    }
    found = _differences(root, practical, trimmed, answers, workers, console)
    for _ in range(AGAIN):
        found = {name: places for name, places in found.items() if places}
        if found:
            unsure = {name: answers[name] for name in found}
            again = _differences(root, practical, trimmed, unsure, workers, console)
            found = {
                name: {place: what for place, what in places.items() if place in again[name]}
                for name, places in found.items()
            }
    for name, places in found.items():
        for place, sentence in places.items():
            report.add("everywhere", _blamed(place.test, groups[int(name)], cells), sentence)
    report.counts = {"entries": sum(map(len, groups)), "notebooks": len(groups), "ways": len(WAYS)}
    report.seconds = time.monotonic() - start
    return report


def _differences(
    root: Path,
    practical: str,
    notebook: NotebookNode,
    answers: dict[str, dict[str, str]],
    workers: int,
    console: Console,
) -> dict[str, dict[Place, str]]:
    """By submission, where the ways differ."""
    source = nbformat.writes(notebook)
    with (
        console.status(f"{practical}  {len(answers)} notebooks in {len(WAYS)} ways"),
        ProcessPoolExecutor(min(workers, len(answers)), mp_context=warm_context()) as pool,
    ):
        executed = execute_answers(root, practical, notebook, answers, workers)
        running = {
            name: pool.submit(run_unisolated, str(root), practical, source, given)
            for name, given in answers.items()
        }
        found = {}
        for name, future in running.items():
            seen, visible = future.result()
            seen[ENGINE] = sight_of(executed[name], graded=True)
            found[name] = differences(seen, visible)
    return found


def differences(seen: dict[str, Sight], visible: dict[str, list[str]]) -> dict[Place, str]:
    """Where the ways differ, in sentences.

    Args:
        seen: by way, what it gave by test.
        visible: by test, the titles of the parts that students have.
    """
    found: dict[Place, str] = {}
    for test in visible:
        here = {way: seen[way].get(test, Seen(None, "", False)) for way in WAYS}
        found |= _verdicts(test, here)
        parts = {way: _parts(one) for way, one in here.items()}
        written = Counter(visible[test])
        titles = {(title, number): None for title, count in written.items() for number in range(count)}
        titles |= {part: None for way in WAYS for part in parts[way]}
        for part in titles:
            at_home = part[0] in written or any(part in parts[way] for way in HOME)
            found |= _part_differences(
                test, part, {way: parts[way].get(part) for way in (WAYS if at_home else GRADING)}
            )
    return found


def _verdicts(test: str, here: dict[str, Seen]) -> dict[Place, str]:
    """Differences about the whole cell, and feedback that a way has and does not show."""
    found = {}
    whole = ("", 0)
    accepted = {way: "accepted" if here[way].accepted else "refused" for way in HOME}
    if len(set(accepted.values())) > 1:
        found[Place(test, whole, "verdict")] = f"{test}: {_told(accepted)}"
    points = {way: f"{here[way].points or 0:g} points" for way in GRADING}
    if len(set(points.values())) > 1:
        found[Place(test, whole, "points")] = f"{test}: {_told(points)}"
    for way, one in here.items():
        failed = one.result.failed if one.result else []
        for part in failed:
            if part.state == FAILED and str(part) not in one.shown:
                found[Place(test, (part.title, 0), f"shown by {way}")] = (
                    f"{test}, part “{part.title}”: {way} does not show why it failed:\n{part}"
                )
    return found


def _parts(seen: Seen) -> dict[tuple[str, int], PartResult]:
    """The parts that were tried, by title and number among those of that title."""
    count: Counter[str] = Counter()
    found = {}
    for part in seen.result.parts if seen.result else ():
        found[part.title, count[part.title]] = part
        count[part.title] += 1
    return found


def _part_differences(
    test: str, part: tuple[str, int], results: dict[str, PartResult | None]
) -> dict[Place, str]:
    where = f"{test}, part “{part[0]}”"
    states = {way: result.state if result else NOT_TRIED for way, result in results.items()}
    if len(set(states.values())) > 1:
        return {Place(test, part, "verdict"): f"{where}: {_told(states)}"}
    found = {}
    said = {way: {k: masked(v) for k, v in one.fields.items()} for way, one in results.items() if one}
    for label in {label: None for fields in said.values() for label in fields}:
        texts = {way: fields.get(label, "nothing") for way, fields in said.items()}
        if len(set(texts.values())) > 1:
            found[Place(test, part, label)] = f"{where}, “{label}”: {_told(texts)}"
    return found


def masked(text: str) -> str:
    """Feedback without the numbers in it, which are drawn anew in each run."""
    return NUMBERS.sub(" # ", text).strip()


def _told(by_way: dict[str, str]) -> str:
    """What the ways say, those that agree together: "notebook, Validate: passed; engine: failed"."""
    return "; ".join(_grouped(by_way))


def _grouped(by_way: dict[str, str]) -> Iterator[str]:
    for said in dict.fromkeys(by_way.values()):
        yield f"{', '.join(way for way, one in by_way.items() if one == said)}: {said}"


def _blamed(test: str, group: list[BankEntry], cells: list[Cell]) -> str:
    """The entry that a test's outcome depends on; the test itself where that is the reference."""
    return next((f"{one.name}.py" for one in group if test in affected(cells, one.cells)), test)
