"""The toy's class, graded without executing anything: its essays wait to be marked."""

from pathlib import Path

import nbgrader.api
import pytest
from graded_class import execute_nothing, graded
from toy_course import GOOD, alembic_version, new_toy, toy_cells

SCHEME = "- 3 points: names $n$.\n- 1 point: says why.\n\na secret rubric"


def essay_class(root: Path) -> Path:
    """Three students with an essay and one without; gradebook and all else are in the course's folder."""
    cells = toy_cells()
    cells[-1].source = cells[-1].source.replace("4 points for n, a secret rubric", SCHEME)
    toy = new_toy(root, cells)
    for student in ("ann", "bob", "cem"):
        toy.submit(student, {**GOOD, "why": f"Because $n$ is what **{student}** says."})
    toy.submit("silent")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrader.api, "get_alembic_version", alembic_version)
        execute_nothing(patch)
        graded(toy, output=root)
    return root
