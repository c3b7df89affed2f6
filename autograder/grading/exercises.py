"""Titles of graded cells, as results and feedback name them."""

import ast
import re
from functools import lru_cache

from nbformat import NotebookNode
from nbgrader.utils import is_grade

from autograder.notebooks import grade_id, is_test, parsed

NUMBER = re.compile(r"^exercise\s+\d+\w?\s*[:.–-]\s*", re.IGNORECASE)
POINTS = re.compile(r"\s*\(\d+(\.\d+)?\s+points?\b[^()]*\)$", re.IGNORECASE)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)


def exercise_titles(notebook: NotebookNode) -> dict[str, str]:
    """The title of each graded cell, in the notebook's order.

    A test cell's title is that of its `expect.exercise("…", points=…)`; otherwise a cell's title is the
    heading above it, without "Exercise 9:" and "(3 points)", which stand beside it, or its `grade_id`.
    """
    titles = {}
    heading = ""
    for cell in notebook.cells:
        if is_grade(cell):
            titles[grade_id(cell)] = (is_test(cell) and _title_in(cell.source)) or heading or grade_id(cell)
        elif cell.cell_type == "markdown" and (found := HEADING.findall(cell.source)):
            heading = POINTS.sub("", NUMBER.sub("", re.sub(r"[*_`]", "", found[-1])))
    return titles


def first_heading(notebook: NotebookNode) -> str | None:
    """The first heading of a notebook, or None."""
    found = (HEADING.findall(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return next((headings[0] for headings in found if headings), None)


@lru_cache(maxsize=256)  # a class has the same test cells in every notebook
def _title_in(source: str) -> str | None:
    """The title that a test cell gives its exercise."""
    try:
        tree = parsed(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "exercise" and node.args:
            title = node.args[0]
            return title.value if isinstance(title, ast.Constant) and isinstance(title.value, str) else None
    return None
