"""A practical as an author writes it: a text in a course folder of its own, with our nbgrader_config.py."""

import json
import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from rich.console import Console

from autograder.build import build
from autograder.check import problems

REPOSITORY = Path(__file__).resolve().parents[2]
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
    settings = {
        "grade": kind in ("test", "essay"),
        "grade_id": name,
        "locked": kind in ("test", "given"),
        **({} if points is None else {"points": points}),
        "schema_version": 3,
        "solution": kind in ("exercise", "essay"),
    }
    return f"nbgrader={json.dumps(settings)}"


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
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    return Course(root)


def environment() -> dict[str, str]:
    """For subprocesses: nbgrader looks for alembic on the PATH."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def course(tmp_path) -> Course:
    """A course whose toy practical was written and not yet built."""
    course = new_course(tmp_path / "course")
    course.write()
    return course


@pytest.fixture(scope="module")
def built_once(tmp_path_factory) -> Course:
    course = new_course(tmp_path_factory.mktemp("built") / "course")
    course.write()
    course.build()
    return course


@pytest.fixture
def built(built_once, tmp_path) -> Course:
    """A course whose toy practical was built; a copy for each test."""
    shutil.copytree(built_once.root, tmp_path / "course")
    return Course(tmp_path / "course")
