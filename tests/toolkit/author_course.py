"""A practical as an author writes it: a text in a course folder of its own, with our nbgrader_config.py."""

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
from checkout import ROOT
from command_line import NBGRADER, run
from nbformat import NotebookNode
from nbgrader_cells import settings
from rich.console import Console

from autograder.authoring.build import build, prepared
from autograder.practical.notebooks import read_text
from autograder.proof.check import problems
from autograder.proof.figures import summary
from autograder.proof.recording import FigureCode

QUIET = Console(quiet=True)

HEADER = """\
# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

"""


def marker(kind: str, name: str, points: float | None = None) -> str:
    """The nbgrader metadata in a cell marker, as jupytext writes it; `kind`: exercise, test, essay, given."""
    return f"nbgrader={json.dumps(settings(kind, name, points))}"


CELLS = {
    "title": "# %% [markdown]\n# # A toy practical\n#\n# Add numbers.\n",
    "imports": "# %%\nimport os\nimport random\n\nfrom course_utils import expect\n",
    "add": f"# %% {marker('exercise', 'add')}\n"
    + '''def add(a, b):
    """The sum of two numbers."""
    ### BEGIN SOLUTION
    total_of_both = a + b
    return total_of_both
    ### END SOLUTION

''',
    "add-test": f"# %% {marker('test', 'add-test', 3)}\n"
    + """with expect.exercise("Add", points=3) as exercise:
    with exercise.part("small numbers", points=1):
        expect.equal(add(1, 2), 3, "1 + 2")
    ### BEGIN HIDDEN TESTS
    with exercise.part("negative numbers", points=2):
        expect.equal(add(-17, 4), -13, "the sum of hidden numbers")
    ### END HIDDEN TESTS
exercise.score
""",
    "use": '# %%\nprint(add(2, 3), "is the sum")\n',
    "experiment": '# %% tags=["experiment"]\nprint("seed", os.environ["COURSE_SEED"])\n',
    "figure": f"# %% {marker('exercise', 'figure')}\n"
    + """### BEGIN SOLUTION
figure = 0.8 + 0.01 * random.Random(int(os.environ["COURSE_SEED"])).random()
### END SOLUTION
""",
    "record": f"# %% {marker('given', 'record')}\n"
    + """if "COURSE_RECORD" in os.environ:
    with open(os.environ["COURSE_RECORD"], "a") as file:
        file.write(f'{{"name": "toy_accuracy", "value": {figure}}}\\n')
""",
    "figure-test": f"# %% {marker('test', 'figure-test', 1)}\n"
    + """with expect.exercise("Measure", points=1) as exercise:
    with exercise.part("accuracy", points=1):
        expect.at_least(figure, 0.7, "accuracy", figure="toy_accuracy")
exercise.score
""",
    "question": "# %% [markdown]\n# Why does the order not matter?\n",
    "why": f"# %% [markdown] {marker('essay', 'why', 2)}\n"
    + """# Addition of whole numbers is commutative.
#
# ### BEGIN MARK SCHEME
# Two points for the word of the law.
# ### END MARK SCHEME
""",
}
GRADED = ["add", "add-test", "figure", "figure-test", "why"]


class Course:
    """A course folder with one practical, `toy`."""

    def __init__(self, root: Path):
        self.root = root
        self.text = root / "source" / "toy" / "toy.py"
        self.notebook = self.text.with_suffix(".ipynb")
        self.results = self.text.with_name("results.json")
        self.release = root / "release" / "toy" / "toy.ipynb"

    def write(self, **cells: str) -> None:
        """Write the toy's text, with some of its cells replaced (`_` for `-`) or, where empty, left out."""
        changed = {name.replace("_", "-"): cell for name, cell in cells.items()}
        self.text.parent.mkdir(parents=True, exist_ok=True)
        self.text.write_text(HEADER + "\n".join(cell for cell in (CELLS | changed).values() if cell))

    def build(self, force: bool = False) -> bool:
        return build(self.root, "toy", QUIET, force)

    def built(self) -> NotebookNode:
        return nbformat.read(self.notebook, as_version=4)

    def save(self, notebook: NotebookNode) -> None:
        nbformat.write(notebook, self.notebook)

    def complaints(self) -> list[str]:
        return [str(problem) for problem in problems(self.root)]

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell["id"] == name)


def new_course(root: Path) -> Course:
    (root / "source" / "toy").mkdir(parents=True)
    (root / "release").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course(root)


def measured_budget(course: Course, budget: str = "quick", **figures: list[float]) -> dict[str, Any]:
    """What results.json holds of a budget at which these values of the figures were measured."""
    text = read_text(course.text)
    code = FigureCode(prepared(text, "toy"), budget)
    runs = max(map(len, figures.values()), default=2)
    return {
        "cells": code.cells,
        "seeds": [42 + number for number in range(runs)],
        "seconds": summary([1.0] * runs),
        "figures": {name: {**summary(values), "code": code.digest(name)} for name, values in figures.items()},
    }


def generated_by_nbgrader(root: Path, practical: str) -> dict[str, bytes]:
    """release/ as the plain command makes it in a copy of the course."""
    run([*NBGRADER, "generate_assignment", practical], cwd=root)
    release = root / "release"
    return {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file()
    }


def copy_course(course: Course, root: Path) -> Course:
    shutil.copytree(course.root, root)
    return Course(root)
