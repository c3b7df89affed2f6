"""A toy practical in a course folder of its own, with this checkout's nbgrader_config.py; numpy only."""

import copy
import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
from checkout import ROOT
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader_cells import settings

from autograder.engine.assignment import load_assignment
from autograder.grading.gradebook import newest_version
from autograder.practical.cells import grade_id
from autograder.practical.notebooks import set_cell_ids
from autograder.practical.paths import course_config

SQUARE = """def square(x):
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION"""
SQUARE_TEST = """with expect.exercise("Square a number", points=3) as exercise:
    with exercise.part("a positive number", points=1):
        expect.equal(square(3), 9, "the square of 3")
    ### BEGIN HIDDEN TESTS
    with exercise.part("a negative number", points=2):
        expect.equal(square(-4), 16, "the square of a secret number")
    ### END HIDDEN TESTS
exercise.score"""
MEAN = """def mean(values):
    ### BEGIN SOLUTION
    return sum(values) / len(values)
    ### END SOLUTION"""
MEAN_TEST = """assert mean([1, 2, 3]) == 2
### BEGIN HIDDEN TESTS
assert mean([10, 20, 60]) == 30, "the mean of unequal numbers"
### END HIDDEN TESTS"""
EXPERIMENT = 'open("experiment-ran", "w").close()\nprint("the experiment ran")'

BANK = {
    "power": "# title: Uses the power\n# kind: alternate\n\n# %% square\ndef square(x):\n    return x**2\n",
    "forgets_the_sign": "# title: Forgets the sign\n# kind: misconception\n# fails: square-test 1/3\n"
    "# hint: the error is 32\n\n# %% square\ndef square(x):\n    return x * abs(x)\n",
}
# what students write
GOOD = {
    "square": "def square(x):\n    return x * x",
    "mean": "def mean(values):\n    return float(np.mean(values))",
}
HALF_SQUARE = "def square(x):\n    return x * abs(x)"


def exercise_cell(name: str, source: str) -> NotebookNode:
    return new_code_cell(source, metadata={"nbgrader": settings("exercise", name)})


def test_cell(name: str, source: str, points: float) -> NotebookNode:
    return new_code_cell(source, metadata={"nbgrader": settings("test", name, points)})


vars(test_cell)["__test__"] = False  # for pytest, which goes by the name


def essay_cell(name: str, source: str, points: float) -> NotebookNode:
    return new_markdown_cell(source, metadata={"nbgrader": settings("essay", name, points)})


def given_cell(name: str, source: str) -> NotebookNode:
    return new_code_cell(source, metadata={"nbgrader": settings("given", name)})


def toy_cells() -> list[NotebookNode]:
    return [
        new_markdown_cell("# A toy practical"),
        new_code_cell("import numpy as np\n\nfrom course_utils import expect"),
        new_markdown_cell("## Squares"),
        exercise_cell("square", SQUARE),
        test_cell("square-test", SQUARE_TEST, 3),
        new_code_cell(EXPERIMENT, metadata={"tags": ["experiment"]}),
        new_markdown_cell("## Means"),
        given_cell("numbers", "numbers = [1, 2, 3]"),
        exercise_cell("mean", MEAN),
        test_cell("mean-test", MEAN_TEST, 2),
        new_markdown_cell("## In words"),
        essay_cell(
            "why",
            "Because of n.\n\n### BEGIN MARK SCHEME\n4 points for n, a secret rubric\n### END MARK SCHEME",
            4,
        ),
    ]


class ToyCourse:
    """A course folder with one practical, `toy`, and a class folder beside it."""

    practical = "toy"

    def __init__(self, root: Path, cells: list[NotebookNode]):
        self.root = root
        shutil.copy(ROOT / "nbgrader_config.py", root)
        folder = root / "source" / self.practical
        folder.mkdir(parents=True)
        (folder / f"{self.practical}.py").write_text("# the text that authors edit; holds the solutions\n")
        self.source = folder / f"{self.practical}.ipynb"
        self.write_source(cells)
        self.submitted = root / "class"
        self.submitted.mkdir()

    def write_source(self, cells: list[NotebookNode]) -> None:
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        set_cell_ids(notebook)
        nbformat.write(notebook, self.source)
        self.assignment = load_assignment(self.source, self.config)

    def write_release_and_bank(self) -> None:
        """What the sample class is made from."""
        release = self.root / "release" / self.practical
        release.mkdir(parents=True)
        nbformat.write(self.notebook(), release / f"{self.practical}.ipynb")
        bank = self.root / "source" / self.practical / "bank"
        bank.mkdir(parents=True)
        for name, text in BANK.items():
            (bank / f"{name}.py").write_text(text)

    @property
    def config(self):
        return course_config(self.root)

    def notebook(self, answers: dict[str, str] | None = None) -> NotebookNode:
        """The released notebook with these answers filled in."""
        notebook = copy.deepcopy(self.assignment.released)
        for name, answer in (answers or {}).items():
            cell_named(notebook, name).source = answer
        return notebook

    def folder(self, student: str) -> Path:
        folder = self.submitted / student / self.practical
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def submit(
        self,
        student: str,
        answers: dict[str, str] | None = None,
        edit: Callable[[NotebookNode], None] = lambda notebook: None,
        name: str = "toy.ipynb",
        timestamp: str | None = None,
    ) -> Path:
        """Write a submission; return its notebook's path."""
        notebook = self.notebook(answers)
        edit(notebook)
        path = self.folder(student) / name
        path.write_text(nbformat.writes(notebook))
        if timestamp:
            (path.parent / "timestamp.txt").write_text(timestamp)
        return path


def cell_named(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def index_of(notebook: NotebookNode, name: str) -> int:
    return [grade_id(cell) for cell in notebook.cells].index(name)


# nbgrader starts `alembic` for each new gradebook, to ask for its newest version; test_grade.py compares them
alembic_version = functools.cache(newest_version)


def new_toy(root: Path, cells: list[NotebookNode] | None = None) -> ToyCourse:
    """A toy course in a new folder; these cells in place of its own."""
    root.mkdir()
    return ToyCourse(root, cells or toy_cells())
