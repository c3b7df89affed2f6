"""Makes nbgrader's Validate say first what a failed check says, and run what the checks need, no more.

Validate shows the source of a cell that failed, then its error, and runs the whole notebook. It has no
setting for that, and takes no class of ours; each can be changed at one place.
"""

import copy
from typing import Any

from nbformat import NotebookNode
from nbgrader.validator import Validator

from course_utils.experiments import without_experiments
from course_utils.selfcheck import test_cells


def message_first() -> None:
    """From now on, Validate names a failed check by its exercise; called in nbgrader_config.py."""
    if Validator._get_failed_cells is not _named_by_exercise:
        Validator._get_failed_cells = _named_by_exercise


def leave_out_experiments() -> None:
    """From now on, Validate runs no cell tagged `experiment`; called in nbgrader_config.py.

    Nothing graded depends on these, `check` and grading leave them out too, and the student waits.
    """
    if Validator._preprocess is not _without_experiments:
        Validator._preprocess = _without_experiments


def name_of(cell: NotebookNode) -> str:
    """What Validate shows of a cell before its error: the title of the exercise, else its code."""
    return next(iter(test_cells([cell.source])), cell.source)


_failed_cells, _preprocess = Validator._get_failed_cells, Validator._preprocess


def _named_by_exercise(self: Validator, *arguments: Any) -> list[NotebookNode]:
    shown = [copy.copy(cell) for cell in _failed_cells(self, *arguments)]
    for cell in shown:
        cell.source = name_of(cell)
    return shown


def _without_experiments(self: Validator, notebook: NotebookNode) -> NotebookNode:
    return _preprocess(self, without_experiments(notebook))
