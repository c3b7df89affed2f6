"""Grades the bank as submissions, several entries in one, with the engine that grades students."""

import copy
import tempfile
from collections.abc import Mapping, Set
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import determine_grade
from traitlets.config import Config

from autograder.engine.assignment import given_files
from autograder.engine.executor import settings
from autograder.engine.job import Job, recipe
from autograder.engine.limits import Limits
from autograder.engine.rebuild import rebuild
from autograder.engine.sandbox import require_sandbox
from autograder.files import write_atomically
from autograder.grading.workers import execute_all
from autograder.practical.bank import BankEntry
from autograder.practical.cells import is_exercise, is_test, name_of
from autograder.practical.paths import course_config
from autograder.practical.testcells import printed, result_of
from autograder.proof.variants import Cell, affected, cell_of
from course_utils.results import ExerciseResult

UNTOUCHED = "untouched"
TIMES = 4  # as many seconds as a class gets: machines differ


@dataclass(frozen=True)
class Graded:
    """What the engine gave for one test: points, what the cell showed as text, and what it handed on."""

    points: float
    printed: str
    result: ExerciseResult | None


@dataclass(frozen=True)
class Packed:
    """What the engine gave.

    Args:
        submissions: how many were executed.
        untouched, reference: points by test.
        entries: by name of the bank entry and by test, those that depend on an entry of the submission that
            it was packed into.
    """

    submissions: int
    untouched: dict[str, float]
    reference: dict[str, float]
    entries: dict[str, dict[str, Graded]]


def packs(cells: list[Cell], bank: list[BankEntry]) -> list[list[BankEntry]]:
    """The bank in few groups: the entries of a group answer different exercises, and do not meet.

    Two entries meet where a cell that runs differently because of one needs a name, or is a cell, that the
    other changes. The first group has room for all of them that fit, and so on (first fit); the entries that
    change most come first.
    """
    by_name = {cell.name: cell for cell in cells}
    traits = {}
    for one in bank:
        again = affected(cells, one.cells)
        code = [cell_of(name, source) for name, source in one.cells.items()]
        needs = {name for cell in [*code, *(by_name[name] for name in again)] for name in cell.looks_up}
        makes = {name for cell in code for name in cell.stores}
        makes |= {name for cell in again if not by_name[cell].is_test for name in by_name[cell].stores}
        traits[one.name] = again, needs, makes

    def meet(one: BankEntry, other: BankEntry) -> bool:
        (cells_1, needs_1, makes_1), (cells_2, needs_2, makes_2) = traits[one.name], traits[other.name]
        return bool(cells_1 & cells_2 or needs_1 & makes_2 or needs_2 & makes_1)

    groups: list[list[BankEntry]] = []
    for one in sorted(bank, key=lambda one: -len(traits[one.name][0])):
        group = next((group for group in groups if not any(meet(one, other) for other in group)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return groups


def grade_packed(
    root: Path,
    practical: str,
    notebook: NotebookNode,
    cells: list[Cell],
    bank: list[BankEntry],
    workers: int,
) -> Packed:
    """Grade the untouched release, the reference and the whole bank with the engine.

    Where entries are graded, only the tests run that depend on one of them: the others would find the
    reference again.

    Args:
        root: the checkout.
        practical: name of the practical.
        notebook: its text, prepared; it need not be built.
        cells: from `graded_run`.
        bank: entries to grade.
        workers: how many submissions are executed at a time.

    Raises:
        PracticalsError: this machine cannot isolate student code.
    """
    groups = packs(cells, bank)
    reference = {name_of(cell): cell.source for cell in notebook.cells if is_exercise(cell)}
    answers = {"reference": reference, UNTOUCHED: {}}
    run = {}
    for number, group in enumerate(groups):
        changed = {name: source for one in group for name, source in one.cells.items()}
        answers[f"group-{number}"] = reference | changed
        run[f"group-{number}"] = affected(cells, changed)
    executed = execute_answers(root, practical, notebook, answers, workers, run)
    graded = {name: _graded(one) for name, one in executed.items()}
    return Packed(
        submissions=len(answers),
        untouched=_points(graded[UNTOUCHED]),
        reference=_points(graded["reference"]),
        entries={one.name: graded[f"group-{number}"] for number, group in enumerate(groups) for one in group},
    )


def execute_answers(
    root: Path,
    practical: str,
    notebook: NotebookNode,
    answers: Mapping[str, dict[str, str]],
    workers: int,
    tests: Mapping[str, Set[str]] = MappingProxyType({}),
) -> dict[str, NotebookNode]:
    """Execute sets of answers with the engine, each in a submission of its own.

    Args:
        root: the checkout.
        practical: name of the practical.
        notebook: its text, prepared; it need not be built.
        answers: by a name for the submission, code by the `grade_id` of the exercise; the others stay
            unanswered.
        workers: how many submissions are executed at a time.
        tests: by submission, those that run; all of them in a submission that is not named here.

    Returns:
        the executed notebooks, by the same names; of the tests, those that ran.

    Raises:
        PracticalsError: this machine cannot isolate student code.
    """
    require_sandbox()
    config = course_config(root)
    given = given_files(CourseDirectory(config=config, root=str(root)), practical)
    with tempfile.TemporaryDirectory(prefix=f"{practical}-bank-") as folder:
        source = Path(folder, f"{practical}.ipynb")
        write_atomically(source, nbformat.writes(notebook))
        made = recipe(source, config, _limits(config), given=given, hidden=[root])

    def job(name: str) -> Job:
        rebuilt = rebuild(made.assignment, answered(made.assignment.released, answers[name]))
        if name in tests:
            rebuilt.cells = [one for one in rebuilt.cells if not is_test(one) or name_of(one) in tests[name]]
        return made.job_of_rebuilt(rebuilt)

    with closing(execute_all(list(answers), job, workers)) as finished:
        return {name: nbformat.reads(future.result()[0], as_version=4) for name, future in finished}


def answered(released: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """A copy of a release with answers, by `grade_id`, in its exercise cells."""
    submission = copy.deepcopy(released)
    for cell in submission.cells:
        if is_exercise(cell):
            cell.source = answers.get(name_of(cell), cell.source)
    return submission


def _limits(config: Config) -> Limits:
    """What submissions of a class get, and more time."""
    limits, _ = settings(config)
    return replace(
        limits, cell_seconds=TIMES * limits.cell_seconds, notebook_seconds=TIMES * limits.notebook_seconds
    )


def _graded(executed: NotebookNode) -> dict[str, Graded]:
    """What each test gave."""
    found = {}
    for cell in executed.cells:
        if is_test(cell):
            errors = [output.evalue for output in cell.outputs if output.output_type == "error"]
            points = float(determine_grade(cell)[0])
            found[name_of(cell)] = Graded(points, "\n".join([printed(cell), *errors]), result_of(cell))
    return found


def _points(graded: dict[str, Graded]) -> dict[str, float]:
    return {name: test.points for name, test in graded.items()}
