"""Test cells of a notebook: what their code says, what they handed on when they ran, and their titles."""

import re
from collections.abc import Iterator
from functools import lru_cache

from nbformat import NotebookNode
from nbgrader.utils import is_grade

from autograder.practical.cells import code_cells, describe, is_test, name_of, parsed, syntax
from course_utils.results import RESULT_TYPE, ExerciseResult, from_data
from course_utils.testcells import TestCell, read

FAILED_CHECK = "CheckFailed"  # the error that ends a test cell in which no part passed
NUMBER = re.compile(r"^exercise\s+(\d+\w?)\s*[:.–-]\s*", re.IGNORECASE)
POINTS = re.compile(r"\s*\(\d+(\.\d+)?\s+points?\b[^()]*\)$", re.IGNORECASE)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)


def read_test(cell: NotebookNode, index: int) -> TestCell:
    """What the code of a test cell says.

    Raises:
        PracticalsError: the cell is not Python.
    """
    return _read(cell.source) or read(syntax(cell, index))


def read_tests(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode, TestCell]]:
    """Each test cell of a notebook, after how messages name it; errors as `read_test`."""
    for index, cell in code_cells(notebook, tests=True):
        yield describe(cell, index), cell, read_test(cell, index)


def result_of(cell: NotebookNode) -> ExerciseResult | None:
    """What a test cell handed on when it was executed; None where it did not get so far.

    An output of any other cell is a student's, and so no result. Where tests share the student's process, a
    result may be forged too: one that is not the cell's own, or comes with a second one, is none.
    """
    test = _read(cell.source) if is_test(cell) else None
    if test is None or not test.exercises:
        return None
    found = [
        result
        for output in cell.outputs
        if output.output_type == "display_data" and (result := from_data(output.data.get(RESULT_TYPE)))
    ]
    is_own = len(found) == 1 and test.title in (None, found[0].title)
    return found[0] if is_own else None


def printed(cell: NotebookNode) -> str:
    """What a cell printed, and what its checks show as plain text."""
    shown = [
        output.text if output.output_type == "stream" else f"{output.data.get('text/plain', '')}\n"
        for output in cell.outputs
        if output.output_type == "stream" or RESULT_TYPE in output.get("data", {})
    ]
    return "".join(shown)


def was_graded_before_results(cell: NotebookNode, result: ExerciseResult | None) -> bool:
    """Whether a test cell ran to its end, and handed nothing on, as all did in former versions.

    Args:
        cell: of an executed notebook.
        result: of this cell, from `result_of`.
    """
    test = _read(cell.source) if is_test(cell) else None
    if test is None or not test.exercises or result is not None:
        return False
    return all(output.output_type != "error" or output.ename == FAILED_CHECK for output in cell.outputs)


def exercise_titles(notebook: NotebookNode) -> dict[str, str]:
    """The title of each graded cell, in the notebook's order.

    A test cell's title is that of its `expect.exercise("…", points=…)`; otherwise a cell's title is the
    heading above it, without "Exercise 9:" and "(3 points)", which stand beside it, or its `grade_id`.
    """
    titles = {}
    heading = ""
    for cell in notebook.cells:
        if is_grade(cell):
            titles[name_of(cell)] = (is_test(cell) and _title(cell)) or heading or name_of(cell)
        elif cell.cell_type == "markdown" and (found := HEADING.findall(cell.source)):
            heading = POINTS.sub("", NUMBER.sub("", re.sub(r"[*_`]", "", found[-1])))
    return titles


def exercise_numbers(notebook: NotebookNode) -> dict[str, str]:
    """The number of each graded cell's exercise, by `grade_id`, where the heading above it has one."""
    numbers = {}
    number = ""
    for cell in notebook.cells:
        if is_grade(cell):
            if number:
                numbers[name_of(cell)] = number
        elif cell.cell_type == "markdown" and (found := HEADING.findall(cell.source)):
            match = NUMBER.match(re.sub(r"[*_`]", "", found[-1]))
            number = match[1] if match else ""
    return numbers


def first_heading(notebook: NotebookNode) -> str | None:
    """The first heading of a notebook, or None."""
    found = (HEADING.findall(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return next((headings[0] for headings in found if headings), None)


def _title(cell: NotebookNode) -> str | None:
    """The title that a test cell gives its exercise."""
    found = _read(cell.source)
    return None if found is None else found.title


@lru_cache(maxsize=256)  # a class has the same test cells in every notebook
def _read(source: str) -> TestCell | None:
    try:
        return read(parsed(source))
    except SyntaxError:
        return None
