"""Renamed exercises keep their grades: the gradebook's cells get the names that the practical has now."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat

from autograder.engine.assignment import RENAMED, former_names
from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.grading.backup import back_up, before_writing
from autograder.grading.cells import TEST, Cell, difference, other_cells, present_cells, recorded_cells
from autograder.grading.course import Course, only_one_run
from autograder.practical.cells import grade_id
from autograder.practical.notebooks import read_notebook


def rename(course: Course, pairs: Iterable[str]) -> list[str]:
    """Rename cells in the gradebook and in executed notebooks; scores, marks and comments stay.

    What was handed in has the former names: `renamed.json` beside the source notebook keeps them, and every
    way to grade finds the answers by it. Nothing changes before a backup of the gradebook was made.

    Args:
        course: the practical, built with its new names.
        pairs: such as "square=area"; the test cell of an exercise, `square-test`, goes with it.

    Returns:
        sentences that say what was done.

    Raises:
        PracticalsError: a pair does not fit, the names would still differ, or the gradebook cannot be used;
            nothing was renamed.
    """
    course.require_graded()
    with only_one_run(course.autograded):
        with course.gradebook.open() as book:
            recorded = recorded_cells(book, course.practical)
        names = _planned(course, pairs, recorded, present_cells(course.assignment))
        said = before_writing(course) or back_up(course)
        _remember(course.source, names, course.assignment.grade_ids)
        with course.gradebook.open() as book:
            notebook = book.find_notebook(course.practical, course.practical)
            for cell in (
                *notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells, *notebook.source_cells,
            ):  # fmt: skip
                cell.name = names.get(cell.name, cell.name)
            book.db.flush()
            # before the commit: after a crash between the two, the same command does both again
            for path in course.autograded.glob(f"*/{course.practical}/{course.practical}.ipynb"):
                _rename_in(path, names)
            book.db.commit()
    shown = ", ".join(f"{old} → {new}" for old, new in names.items())
    kept = course.source.with_name(RENAMED).relative_to(course.root)
    return [said, f"Renamed: {shown}. {kept} keeps the former names, by which answers are found: commit it."]


def _planned(
    course: Course, pairs: Iterable[str], recorded: Mapping[str, Cell], present: Mapping[str, Cell]
) -> dict[str, str]:
    """Former name → name, test cells included; what does not fit is refused."""
    gone, new = sorted(recorded.keys() - present.keys()), sorted(present.keys() - recorded.keys())
    names: dict[str, str] = {}
    for pair in pairs:
        old, equals, name = pair.partition("=")
        if not (old and equals and name):
            raise PracticalsError(
                f"--rename {pair} is not a pair of names", "Write it as --rename FORMER=NAME"
            )
        if old not in gone:
            raise _unfit(pair, f"{old} is not a cell that the gradebook has and the practical has not", gone)
        if name not in new:
            raise _unfit(pair, f"{name} is not a cell that the practical has and the gradebook has not", new)
        if old in names or name in names.values():
            raise PracticalsError(f"--rename {pair} names a cell a second time", "Name each cell once")
        names[old] = name
    names |= {
        old + TEST: name + TEST
        for old, name in names.items()
        if old + TEST in gone and old + TEST not in names
        and name + TEST in new and name + TEST not in names.values()
    }  # fmt: skip
    for old, name in names.items():
        if recorded[old].kind != present[name].kind:
            raise PracticalsError(
                f"{old} and {name} are cells of different kinds, so that no grade can be carried over",
                "Pair an exercise with an exercise, a test with a test, an essay with an essay",
            )
    renamed = {names.get(name, name): cell for name, cell in recorded.items()}
    if difference(renamed, present):
        raise other_cells(renamed, present, course.practical, course.gradebook)
    return names


def _unfit(pair: str, problem: str, there: list[str]) -> PracticalsError:
    return PracticalsError(
        f"--rename {pair}: {problem}", f"Such are: {', '.join(there)}" if there else "There is none"
    )


def _remember(source: Path, names: Mapping[str, str], present: set[str]) -> None:
    """Add pairs to `renamed.json`; where a name changes a second time, both former ones lead to the new."""
    known = {old: names.get(name, name) for old, name in former_names(source).items()} | dict(names)
    known = {old: name for old, name in known.items() if old not in present}
    writable(source.parent)
    write_atomically(source.with_name(RENAMED), json.dumps(known, indent=1, sort_keys=True) + "\n")


def _rename_in(path: Path, names: Mapping[str, str]) -> None:
    """Rename the cells of an executed notebook."""
    notebook = read_notebook(path)
    for cell in notebook.cells:
        if (name := grade_id(cell)) is not None and name in names:
            cell.metadata.nbgrader["grade_id"] = names[name]
    write_atomically(path, nbformat.writes(notebook) + "\n")
