"""An instructor's own points on their way through nbgrader: into the notebook, and into the gradebook."""

import copy
from logging import Logger
from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import determine_grade

from autograder.practical.points import bonus_of, with_own_points


class OwnPoints(NbGraderPreprocessor):
    """First of `GenerateAssignment.preprocessors`: what follows has the points that points.toml says."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Write the points into the notebook; see `with_points`."""
        return with_own_points(nb, Path(resources["metadata"]["path"])), resources


class SaveGrades(SaveAutoGrades):
    """nbgrader's own, which also records what a bonus earned: its maximum is 0, and nbgrader would stop."""

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_score(_as_if_counted(cell), resources)


def score_of(cell: NotebookNode, log: Logger | None = None) -> float | None:
    """The score of an executed graded cell, a bonus or not; None where a person has to mark it.

    Raises:
        ValueError: the test gave more points than the cell has.
    """
    return determine_grade(_as_if_counted(cell), log)[0]


def _as_if_counted(cell: NotebookNode) -> NotebookNode:
    """A cell; in place of a bonus one, a copy whose points nbgrader knows."""
    if (bonus := bonus_of(cell)) is None:
        return cell
    counted = copy.deepcopy(cell)
    counted.metadata.nbgrader["points"] = bonus
    return counted
