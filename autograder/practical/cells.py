"""The cells of a practical: what kind each one is, what it is called, and its syntax tree."""

import ast
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from autograder.errors import PracticalsError

BUILDS_ON = "builds-on:"  # the tag of a test whose points hang on another exercise, before that one's name
FLOAT64 = "float64"  # the tag of a test that float32 work cannot pass, as the exercise's text says


def grade_id(cell: NotebookNode) -> str | None:
    """The name by which nbgrader knows a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def name_of(cell: NotebookNode) -> str:
    """The `grade_id` of a cell that has one: an exercise, a test, an essay.

    Raises:
        KeyError: nbgrader does not know the cell.
    """
    return cell.metadata["nbgrader"]["grade_id"]


def builds_on(cell: NotebookNode) -> list[str]:
    """The earlier exercises, by `grade_id`, that a test's points hang on too, as its tags say."""
    tags = cell.metadata.get("tags", [])
    return [tag.removeprefix(BUILDS_ON) for tag in tags if tag.startswith(BUILDS_ON)]


def wants_float64(cell: NotebookNode) -> bool:
    """Whether a test asks for float64, as its tag says."""
    return FLOAT64 in cell.metadata.get("tags", [])


def anchor(name: str) -> str:
    """The anchor of a graded cell's exercise on feedback pages, by its `grade_id`."""
    return re.sub(r"\W", "-", name)


def describe(cell: NotebookNode, index: int) -> str:
    """How messages name a cell: by `grade_id`, else by its position, counted from 1."""
    return f"cell {grade_id(cell)!r}" if grade_id(cell) else f"cell {index + 1}"


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is an autograded test."""
    settings = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(settings.get("grade")) and not settings.get("solution")


def is_exercise(cell: NotebookNode) -> bool:
    """Whether a cell holds code that a student writes and a test cell grades."""
    settings = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(settings.get("solution")) and not settings.get("grade")


def is_essay(cell: NotebookNode) -> bool:
    """Whether a cell is answered in words and graded by a person."""
    settings = cell.metadata.get("nbgrader", {})
    return bool(settings.get("solution")) and bool(settings.get("grade"))


def code_cells(notebook: NotebookNode, tests: bool = False) -> Iterator[tuple[int, NotebookNode]]:
    """Position and cell of the code cells that are test cells (`tests`) or are not (the default)."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and is_test(cell) == tests:
            yield index, cell


def syntax(cell: NotebookNode, index: int) -> ast.Module:
    """The syntax tree of a code cell, magics and shell lines turned into calls as IPython does.

    Raises:
        PracticalsError: the cell is not Python.
    """
    try:
        return parsed(cell.source)
    except SyntaxError as error:
        raise PracticalsError(
            f"{describe(cell, index)} is not Python: {error.msg}, line {error.lineno} of the cell",
            "Fix the cell",
        ) from error


def parsed(source: str) -> ast.Module:
    """The syntax tree of a code cell's source, as `syntax`; raises SyntaxError."""
    return ast.parse(TransformerManager().transform_cell(source))
