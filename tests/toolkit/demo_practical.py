"""Answers to the practical that `practicals new` makes, and how they are handed in."""

from pathlib import Path

import nbformat

from autograder.practical.cells import grade_id
from autograder.practical.notebooks import read_notebook

NAME = "demo"
RIGHT = """def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
"""
WHOLE_SUM = """def softmax(scores):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum()
"""
ESSAY = "The common factor $e^{-m}$ cancels. It stands above and below the line."


def hand_in(course: Path, student: Path, answers: dict[str, str], without: tuple[str, ...] = ()) -> None:
    """Write the released notebook with these answers, and without these cells, to a student's folder."""
    notebook = read_notebook(course / "release" / NAME / f"{NAME}.ipynb")
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in without]
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell) or "", cell.source)
    folder = student / NAME
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
