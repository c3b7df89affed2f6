"""Writes a practical's solutions for students, after the due date: answers, outputs, the hidden checks."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.grading.course import Course
from autograder.grading.dates import in_zone
from autograder.practical.cells import is_essay, is_test, parsed
from autograder.practical.notebooks import read_notebook, set_cell_ids
from autograder.practical.points import with_own_points

ABOUT = (
    "These are the **solutions**: the notebook as it ran at the quick budget, with one right answer to each "
    "exercise and a model answer to each question in words. Other answers are right too. What was hidden in "
    "your notebook is marked in the checks, and below them stands what the hidden checks look at, and why."
)
FROM_HERE, TO_HERE = "# hidden in your notebook, from here …", "# … to here"


@dataclass(frozen=True)
class Written:
    """What `solutions` wrote, and when the practical was due, UTC without time zone, or None."""

    path: Path
    due: datetime | None


@dataclass
class HiddenPart:
    """A part of a test cell that students did not see, and what its checks say of themselves.

    Args:
        title: "" for checks outside a part.
        reasons: sentences, each of them Markdown.
    """

    title: str
    reasons: list[str] = field(default_factory=list)


def solutions(course: Course, folder: Path, early: bool = False) -> Written:
    """Write the solutions of a practical, NAME-solutions.ipynb, from its built source notebook.

    Args:
        course: the practical; its gradebook, if there is one, knows when it is due.
        folder: where the notebook goes.
        early: write it also while somebody may still hand in.

    Raises:
        PracticalsError: the due date, or somebody's extension, is still to come; the practical is not built
            or its text was edited since; or the folder cannot be written.
    """
    due, whose = last_due_date(course)
    if due is not None and due > datetime.now(UTC).replace(tzinfo=None) and not early:
        by = f"{whose} has time" if whose else f"{course.practical} can be handed in"
        raise PracticalsError(
            f"{by} until {in_zone(due, course.zone)}",
            "Write the solutions after that, or now with --early",
        )
    if course.is_stale:
        raise PracticalsError(
            f"{course.practical}.py was edited since its notebook was built",
            f"Run `practicals build {course.practical}`",
        )
    source = with_own_points(read_notebook(course.source), course.source.parent)
    notebook = with_solutions(source, course.config)
    path = writable(folder) / f"{course.practical}-solutions.ipynb"
    write_atomically(path, nbformat.writes(notebook) + "\n")
    return Written(path, due)


def last_due_date(course: Course) -> tuple[datetime | None, str]:
    """When nobody can hand in any more, extensions included, and who is last ("" for the class).

    UTC without time zone; None where no due date is recorded.
    """
    if course.gradebook.is_missing():
        return None, ""
    with course.gradebook.open() as book:
        if course.practical not in {assignment.name for assignment in book.assignments}:
            return None, ""
        due = book.find_assignment(course.practical).duedate
        extended = [
            (submission.duedate, submission.student_id)
            for submission in book.assignment_submissions(course.practical)
            if submission.extension and submission.duedate is not None
        ]
    return (None, "") if due is None else max([(due, ""), *extended])


def with_solutions(notebook: NotebookNode, config: Config) -> NotebookNode:
    """A built source notebook as students may read it; mark schemes, which are for markers, are left out.

    Args:
        notebook: changed in place.
        config: the course's nbgrader configuration, which has the delimiters.
    """
    hidden, answers = ClearHiddenTests(config=config), ClearSolutions(config=config)
    notebook, _ = ClearMarkScheme(config=config, enforce_metadata=False).preprocess(notebook, ResourcesDict())
    cells = []
    for cell in notebook.cells:
        shown = [cell]
        if is_test(cell):
            if parts := hidden_parts(cell.source, hidden):
                shown.append(new_markdown_cell(_why(parts)))
            cell.source = _marked(cell.source, hidden)
        elif is_essay(cell):
            cell.source = f"**A model answer.** {cell.source.strip()}"
        cell.source = "\n".join(
            line
            for line in cell.source.split("\n")
            if answers.begin_solution_delimeter not in line and answers.end_solution_delimeter not in line
        )
        for of_graders in ("nbgrader", "tags"):
            cell.metadata.pop(of_graders, None)
        cells += shown
    cells.insert(1, new_markdown_cell(ABOUT))
    notebook.cells = cells
    for key in ("practicals", "jupytext"):
        notebook.metadata.pop(key, None)
    set_cell_ids(notebook)
    return notebook


def hidden_parts(source: str, delimiters: ClearHiddenTests) -> list[HiddenPart]:
    """The hidden parts of a test cell, with what the cell itself says of why they are there.

    That is, of each check of `expect`, its `what`, the `mistakes` that it recognises, `cause` and `step`, and
    of a plain assertion its message; of these what is written out.
    """
    lines = _hidden_lines(source, delimiters)
    found: list[HiddenPart] = []
    _collect(parsed(source), None, lines, found)
    return found


def _collect(node: ast.AST, part: HiddenPart | None, hidden: set[int], found: list[HiddenPart]) -> None:
    """Add what is hidden below a node, which stands in a part or in none, to what was found."""
    for child in ast.iter_child_nodes(node):
        inside = part
        if getattr(child, "lineno", 0) in hidden:
            if (title := _part_title(child)) is not None:
                inside = HiddenPart(title)
                found.append(inside)
            if reason := _reason(child):
                if inside is None:
                    if not found or found[-1].title:
                        found.append(HiddenPart(""))
                    inside = found[-1]
                if reason not in inside.reasons:
                    inside.reasons.append(reason)
        _collect(child, inside, hidden, found)


def _part_title(node: ast.AST) -> str | None:
    """The title in `with exercise.part(title, points=n):`, with its points; None for anything else."""
    if not isinstance(node, ast.With):
        return None
    call = node.items[0].context_expr
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "part"):
        return None
    points = next((_number(one.value) for one in call.keywords if one.arg == "points"), None)
    title = next(_texts(call.args), "a hidden part")
    return title if points is None else f"{title} ({points:g} {'point' if points == 1 else 'points'})"


def _reason(node: ast.AST) -> str:
    """What a check says of itself, as Markdown; "" for what is not a check, and where it says nothing."""
    if isinstance(node, ast.Assert):
        return next(_texts([node.msg]), "")
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return ""
    if getattr(node.func.value, "id", None) != "expect":
        return ""
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    said = [next(_texts([*node.args, named.get("what")]), "")]
    if isinstance(mistakes := named.get("mistakes"), ast.Dict) and (known := list(_texts(mistakes.keys))):
        said.append(f"Recognised as a mistake: {'; '.join(known)}.")
    said += [f"Likely cause: {cause}." for cause in _texts([named.get("cause")])]
    said += [f"Advice: {step}" for step in _texts([named.get("step")])]
    return "  \n  ".join(one for one in said if one)


def _texts(nodes: list) -> Iterator[str]:
    """Those of the expressions that are text, written out."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield " ".join(node.value.split())


def _number(node: ast.expr) -> float | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int | float) else None


def _why(parts: list[HiddenPart]) -> str:
    """The cell below a test cell."""
    lines = ["**What was hidden here, and why**", ""]
    for part in parts:
        if part.title:
            lines += [f"*{part.title}*", ""]
        lines += [f"- {reason}" for reason in part.reasons]
        lines.append("")
    return "\n".join(lines).strip()


def _hidden_lines(source: str, delimiters: ClearHiddenTests) -> set[int]:
    """The numbers of the lines of a cell, from 1, that students did not get."""
    hidden, inside = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside or delimiters.begin_test_delimeter in line
        if inside:
            hidden.add(number)
        inside = inside and delimiters.end_test_delimeter not in line
    return hidden


def _marked(source: str, delimiters: ClearHiddenTests) -> str:
    """A test cell's source with comments in the place of the delimiters."""
    lines = []
    for line in source.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        if delimiters.begin_test_delimeter in line:
            line = indent + FROM_HERE
        elif delimiters.end_test_delimeter in line:
            line = indent + TO_HERE
        lines.append(line)
    return "\n".join(lines)
