"""Grades the bank as submissions, several entries in one, with the engine that grades students."""

import copy
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import determine_grade

from autograder.bank import BankEntry
from autograder.engine.assignment import given_files, load_assignment
from autograder.engine.limits import Limits
from autograder.engine.rebuild import rebuild
from autograder.engine.sandbox import require_sandbox
from autograder.engine.split import read_files, reference_names
from autograder.grading.workers import Job, execute_all
from autograder.notebooks import grade_id, is_exercise, is_test
from autograder.release import course_config
from autograder.variants import Cell, affected, cell_of

UNTOUCHED = "untouched"
LIMITS = Limits(cell_seconds=120, notebook_seconds=1200)  # twice and more what a class gets: machines differ


@dataclass(frozen=True)
class Packed:
    """What the engine gave.

    Args:
        submissions: how many were executed.
        untouched, reference: points by test.
        entries: by name of the bank entry, points and feedback by test; of tests that do not depend on the
            entry they are those of the submission that it was packed into.
    """

    submissions: int
    untouched: dict[str, float]
    reference: dict[str, float]
    entries: dict[str, dict[str, tuple[float, str]]]


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
    require_sandbox()
    groups = packs(cells, bank)
    reference = {grade_id(cell): cell.source for cell in notebook.cells if is_exercise(cell)}
    answers = {"reference": reference, UNTOUCHED: {}}
    for number, group in enumerate(groups):
        changed = {name: source for one in group for name, source in one.cells.items()}
        answers[f"group-{number}"] = reference | changed
    config = course_config(root)
    coursedir = CourseDirectory(config=config, root=str(root))
    files = read_files(given_files(coursedir, practical))
    with tempfile.TemporaryDirectory(prefix=f"{practical}-bank-") as folder:
        source = Path(folder, f"{practical}.ipynb")
        nbformat.write(notebook, source)
        assignment, references = load_assignment(source, config), reference_names(source)

    def job(name: str) -> Job:
        submission = copy.deepcopy(assignment.released)
        for cell in submission.cells:
            if is_exercise(cell):
                cell.source = answers[name].get(grade_id(cell), cell.source)
        return Job(nbformat.writes(rebuild(assignment, submission)), references, files, LIMITS)

    with closing(execute_all(list(answers), job, workers)) as finished:
        graded = {
            name: _graded(nbformat.reads(future.result()[0], as_version=4)) for name, future in finished
        }
    return Packed(
        submissions=len(answers),
        untouched=_points(graded[UNTOUCHED]),
        reference=_points(graded["reference"]),
        entries={one.name: graded[f"group-{number}"] for number, group in enumerate(groups) for one in group},
    )


def _graded(executed: NotebookNode) -> dict[str, tuple[float, str]]:
    """Points and feedback of each test."""
    found = {}
    for cell in executed.cells:
        if is_test(cell):
            shown = [
                output.text if output.output_type == "stream" else output.evalue
                for output in cell.outputs
                if output.output_type in ("stream", "error")
            ]
            found[grade_id(cell)] = float(determine_grade(cell)[0]), "\n".join(shown)
    return found


def _points(graded: dict[str, tuple[float, str]]) -> dict[str, float]:
    return {name: points for name, (points, _) in graded.items()}
