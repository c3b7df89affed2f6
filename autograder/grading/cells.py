"""The cells that grades are recorded for, and those of the practical now: what differs, and what to do."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from autograder.engine.assignment import Assignment
from autograder.errors import PracticalsError
from autograder.grading.gradebook import ClassGradebook
from autograder.practical.cells import name_of

TEST = "-test"  # behind the name of an exercise: its test cell


@dataclass(frozen=True)
class Kind:
    """What nbgrader knows of a cell beside its name, and what must stay when the name changes.

    Args:
        cell_type: "code" or "markdown".
        is_graded: whether it has points: tests, essays and tasks.
        is_answer: whether students write in it: exercises and essays.
        is_task: whether it is one of nbgrader's tasks.
    """

    cell_type: str
    is_graded: bool
    is_answer: bool
    is_task: bool


@dataclass(frozen=True)
class Cell:
    """A cell that nbgrader records; `points` is None where its kind has none."""

    kind: Kind
    points: float | None


def recorded_cells(book: Gradebook, practical: str) -> dict[str, Cell]:
    """The cells of a practical that a gradebook has, by name; empty before any."""
    try:
        notebook = book.find_notebook(practical, practical)
    except MissingEntry:
        return {}
    points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    answers = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    return {
        cell.name: Cell(
            Kind(cell.cell_type, cell.name in points, cell.name in answers, cell.name in tasks),
            points.get(cell.name),
        )
        for cell in notebook.source_cells
    }


def present_cells(assignment: Assignment) -> dict[str, Cell]:
    """The cells of a practical that nbgrader would record now, by name."""
    return {
        name_of(cell): Cell(
            Kind(cell.cell_type, has_points, is_solution(cell), is_task(cell)),
            float(cell.metadata.nbgrader.points) if has_points else None,
        )
        for cell in assignment.graded.cells
        if (has_points := is_grade(cell) or is_task(cell)) or is_solution(cell) or is_locked(cell)
    }


def difference(recorded: Mapping[str, Cell], present: Mapping[str, Cell]) -> str:
    """What the gradebook's cells and the practical's have not in common, in words; empty for nothing."""
    changed = [name for name in recorded if name in present and recorded[name].kind != present[name].kind]
    sides = {
        "gone": sorted(recorded.keys() - present.keys()),
        "new": sorted(present.keys() - recorded.keys()),
        "of another kind": sorted(changed),
    }
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in sides.items() if names)


def likely_names(recorded: Mapping[str, Cell], present: Mapping[str, Cell]) -> dict[str, str]:
    """Cells that may have been renamed: former name → name, where one cell alone fits, both ways.

    Kind and points must be the same; an exercise has the points of its test cell.
    """
    gone = {name: _looks(name, recorded) for name in recorded if name not in present}
    new = {name: _looks(name, present) for name in present if name not in recorded}
    of_gone, of_new = Counter(gone.values()), Counter(new.values())
    by_looks = {looks: name for name, looks in new.items()}
    return {
        name: by_looks[looks] for name, looks in gone.items() if of_gone[looks] == of_new.get(looks, 0) == 1
    }


def _looks(name: str, cells: Mapping[str, Cell]) -> tuple[Kind, float | None]:
    """What a cell is likened by."""
    cell, test = cells[name], cells.get(name + TEST)
    return cell.kind, test.points if cell.points is None and test is not None else cell.points


def other_cells(
    recorded: Mapping[str, Cell], present: Mapping[str, Cell], practical: str, gradebook: ClassGradebook
) -> PracticalsError:
    """The error for a gradebook with grades for other cells than the practical has now.

    nbgrader neither adds cells to a practical with submissions nor takes any away.

    Args:
        recorded: the gradebook's cells by name.
        present: the practical's.
        practical: its name.
        gradebook: named in what to do.
    """
    names = likely_names(recorded, present)
    # a test cell goes with its exercise
    pairs = {old: new for old, new in names.items() if names.get(old.removesuffix(TEST), new) == new}
    with_tests = pairs | {
        old + TEST: new + TEST
        for old, new in pairs.items()
        if old + TEST in recorded and new + TEST in present
    }
    advice = [f"If {old} is now called {new}: --rename {old}={new}" for old, new in pairs.items()]
    if present.keys() - recorded.keys() - set(with_tests.values()):
        advice.append(
            "Nothing can be added to a practical with grades: put what is new into a practical of its own"
        )
    if recorded.keys() - present.keys() - with_tests.keys():
        advice.append(
            "What has grades cannot go: put it back, with fewer points if it should count for less; where it "
            "has another name now: --rename FORMER=NAME"
        )
    if any(recorded[name].kind != present[name].kind for name in recorded.keys() & present.keys()):
        advice.append("What is of another kind now is a new cell: give it a new name, and put the old back")
    advice.append(
        "Or name a new folder with --output, where everything is graded anew, or forget the old grades, "
        f"marks given by hand among them: `nbgrader db assignment remove {practical} --force --db "
        f"{gradebook.shown_url}`"
    )
    return PracticalsError(
        f"{gradebook.name} holds grades for a version of {practical} with other graded cells "
        f"({difference(recorded, present)})",
        ". ".join(advice),
    )
