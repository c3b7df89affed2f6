"""Tells which cells of a notebook are experiments, which students run to see something and no mark needs."""

import copy

from nbformat import NotebookNode


def is_experiment(cell: NotebookNode) -> bool:
    """Whether a cell is tagged `experiment`: checks and grading leave it out."""
    return "experiment" in cell.metadata.get("tags", [])


def without_experiments(notebook: NotebookNode) -> NotebookNode:
    """A copy of a notebook without its experiments."""
    copied = copy.deepcopy(notebook)
    copied.cells = [cell for cell in copied.cells if not is_experiment(cell)]
    return copied
