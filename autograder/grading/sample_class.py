"""Writes a sample class: submissions as students hand them in, good ones, wrong ones and broken ones."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearMarkScheme, ClearSolutions
from nbgrader.utils import is_solution

from autograder.engine.limits import CELL_TIME_LIMIT, INCIDENTS
from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.grading.results import Result
from autograder.practical.bank import BankEntry, read_bank
from autograder.practical.cells import grade_id, is_exercise, is_test, name_of
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import source_text
from autograder.practical.points import points_of, with_own_points

DUE = "2025-11-30 18:00 UTC"
IN_TIME, LATE = "2025-11-30 16:20:00 UTC", "2025-11-30 21:00:00 UTC"
ALTERNATES, MISCONCEPTIONS = 3, 4
OTHER_NAME = "final (1).ipynb"
ROUNDED = 0.05  # points of an instructor's own are shared out over the parts of a test in hundredths


@dataclass(frozen=True)
class Sample:
    """A submission of the sample class, and what grading it must give.

    Args:
        student_id: name of the student's folder.
        about: what was handed in, in words.
        status: what its status must hold.
        points: of each test cell, by `grade_id`; tests that are not named may give anything.
        note: what its notes must hold; default: nothing in particular.
    """

    student_id: str
    about: str
    status: str
    points: dict[str, float] = field(default_factory=dict)
    note: str = ""

    def broken_expectations(self, result: Result | None) -> list[str]:
        """What is not as expected in the result, in words; empty when all is."""
        if result is None:
            return ["it has no result"]
        found = []
        if self.status not in result.status:
            found.append(f"its status is {result.status!r} and should hold {self.status!r}")
        if self.note not in " ".join(result.notes):
            found.append(f"its notes should hold {self.note!r}")
        scores = {cell.grade_id: cell.score for cell in result.cells}
        found += [
            f"{name} gave {scores.get(name)} points and should give {points:g}"
            for name, points in self.points.items()
            if (score := scores.get(name)) is None or abs(score - points) > ROUNDED
        ]
        return found


def write_sample_class(root: Path, practical: str, folder: Path) -> list[Sample]:
    """Write a sample class in nbgrader's layout, from the released notebook, the reference and the bank.

    Args:
        root: the checkout.
        practical: name of the practical; it must have been built.
        folder: where the class goes; made if need be, and empty.

    Returns:
        one sample for each submission.

    Raises:
        PracticalsError: the practical is not built, or the folder is not empty or not writable.
    """
    source_text(root, practical)
    if any(writable(folder).iterdir()):
        raise PracticalsError(f"{folder} is not empty", "Name a new folder")
    released = root / "release" / practical / f"{practical}.ipynb"
    if not released.exists():
        raise PracticalsError(f"{released} does not exist", f"Run `practicals build {practical}`")
    notebook = read_notebook(released)
    source = root / "source" / practical / f"{practical}.ipynb"
    graded = with_own_points(read_notebook(source), source.parent)
    return _Class(folder, practical, notebook, graded).write(read_bank(root, practical))


class _Class:
    def __init__(self, folder: Path, practical: str, released: NotebookNode, source: NotebookNode):
        self.folder, self.practical, self.released = folder, practical, released
        self.reference = {
            name_of(cell): _as_a_student_writes(cell) for cell in source.cells if is_solution(cell)
        }
        self.exercises = [name_of(cell) for cell in source.cells if is_exercise(cell)]
        self.full = {name_of(cell): points_of(cell) for cell in source.cells if is_test(cell)}
        self.samples: list[Sample] = []

    def write(self, bank: list[BankEntry]) -> list[Sample]:
        tests = list(self.full)
        middle, last = self.exercises[len(self.exercises) // 2], self.exercises[-1]
        self.add("reference", "the reference answers", "graded", self.full)
        for entry in _chosen(bank):
            # the bank says them of the points that the text has
            points = self.full | {
                name: self.full[name] * points / most for name, (points, most) in entry.fails.items()
            }
            self.add(entry.name, f"{entry.kind}: {entry.title}", "graded", points, answers=entry.cells)
        self.add("untouched", "nothing answered", "nothing answered", dict.fromkeys(tests, 0.0), answers=None)
        self.add(
            "raises",
            f"an answer that raises ({middle})",
            "graded",
            {f"{middle}-test": 0.0},
            answers={middle: 'raise ValueError("this answer is not finished")'},
        )
        self.add(
            "endless_loop",
            f"an endless loop ({last})",
            INCIDENTS[CELL_TIME_LIMIT],
            {f"{last}-test": 0.0},
            answers={last: "while True:\n    pass"},
        )
        self.add(
            "not_json",
            "a file that is not a notebook",
            "not graded: not a notebook (invalid JSON",
            as_text=_broken,
        )
        self.add(
            "other_name",
            f"named {OTHER_NAME!r}",
            f"notebook was named {OTHER_NAME!r}",
            self.full,
            name=OTHER_NAME,
        )
        self.add(
            "deleted_test",
            f"a test cell deleted ({tests[-1]})",
            "graded",
            self.full,
            note=f"“{tests[-1]}” was missing: it was put back",
            edit=lambda notebook: notebook.cells.remove(_cell(notebook, tests[-1])),
        )
        self.add(
            "duplicated_test",
            f"a test cell there twice ({tests[0]})",
            "graded",
            self.full,
            note=f"“{tests[0]}” was there 2 times",
            edit=lambda notebook: notebook.cells.append(_copy(_cell(notebook, tests[0]))),
        )
        self.add(
            "late", "the reference answers, handed in late", "graded, 3 h late", self.full, timestamp=LATE
        )
        return self.samples

    def add(
        self,
        name_of_student: str,
        about: str,
        status: str,
        points: dict[str, float] | None = None,
        note: str = "",
        answers: Mapping[str, str] | None = MappingProxyType({}),
        edit: Callable[[NotebookNode], None] = lambda notebook: None,
        as_text: Callable[[NotebookNode], str] = nbformat.writes,
        name: str = "",
        timestamp: str = IN_TIME,
    ) -> None:
        """Write one submission: the reference with `answers` in place of its own, or the stubs for None."""
        student_id = f"s{len(self.samples) + 1:02}_{name_of_student}"
        notebook = copy.deepcopy(self.released)
        for cell in notebook.cells:
            if is_solution(cell) and answers is not None:
                cell.source = {**self.reference, **answers}[name_of(cell)]
        edit(notebook)
        folder = self.folder / student_id / self.practical
        write_atomically(folder / (name or f"{self.practical}.ipynb"), as_text(notebook))
        write_atomically(folder / "timestamp.txt", f"{timestamp}\n")
        self.samples.append(Sample(student_id, about, status, points or {}, note))


def _chosen(bank: list[BankEntry]) -> list[BankEntry]:
    """Of the bank some alternates, and some misconceptions that fail different tests."""
    alternates = [entry for entry in bank if entry.kind == "alternate"]
    misconceptions: list[BankEntry] = []
    failed: set[str] = set()
    for entry in bank:
        if entry.kind == "misconception" and not failed & set(entry.fails):
            misconceptions.append(entry)
            failed |= set(entry.fails)
    return alternates[:ALTERNATES] + misconceptions[:MISCONCEPTIONS]


def _as_a_student_writes(cell: NotebookNode) -> str:
    """The reference answer without the marks that only authors see."""
    cell = copy.deepcopy(cell)
    if cell.cell_type == "markdown":
        ClearMarkScheme()._remove_mark_scheme_region(cell)
    solutions = ClearSolutions()
    marks = (solutions.begin_solution_delimeter, solutions.end_solution_delimeter)
    return "\n".join(
        line for line in cell.source.splitlines() if not any(mark in line for mark in marks)
    ).strip()


def _cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def _copy(cell: NotebookNode) -> NotebookNode:
    """A copy as JupyterLab makes it: the metadata are the same, the id is new."""
    copied = copy.deepcopy(cell)
    copied["id"] += "-copy"
    return copied


def _broken(notebook: NotebookNode) -> str:
    return "<!DOCTYPE html>\n<title>Sign in to continue</title>\n"
