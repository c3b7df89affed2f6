"""A given cell that fails by itself is not a fault of the student's; one that an answer broke is."""

import pytest
from engine_course import cell
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from autograder.engine import split
from autograder.engine.faults import CourseCellFailed
from autograder.engine.limits import Limits
from autograder.engine.ownership import independent_cells
from autograder.engine.rebuild import STUDENT_CELL
from autograder.practical.cells import grade_id

LOAD = "rows = open('/nowhere/rows.csv').read()"
ANSWER = cell("def double(x):\n    return 2 * x", "double")
TEST = cell("assert double(3) == 6", "double-test", 2)


@pytest.fixture(autouse=True)
def shared_parent(parent, monkeypatch):
    monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)


@pytest.fixture(params=["forked", "plain"])
def executed(request, tmp_path):
    """A function that executes cells as a submission."""

    def execute(*cells: NotebookNode) -> NotebookNode:
        notebook = new_notebook(cells=list(cells))
        if request.param == "plain":
            return split.execute_in_one_kernel(notebook, Limits(), tmp_path)
        return split.execute_notebook(notebook, Limits(), {}, references={"double": {"double"}})

    return execute


def own(source: str) -> NotebookNode:
    return new_code_cell(source, metadata={"practicals": {STUDENT_CELL: True}})


def cell_given(source: str, name: str) -> NotebookNode:
    made = cell(source, name)
    made.metadata["nbgrader"] |= {"solution": False, "locked": True}
    return made


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (LOAD, "FileNotFoundError"),
        ("import os; os._exit(5)", "KernelDied"),
        ("import no_such_package", "ModuleNotFoundError"),
    ],
)
def test_a_given_cell_that_fails_by_itself_stops_the_grading(executed, given, why):
    with pytest.raises(CourseCellFailed, match=f"the course's own cell 'load' failed \\({why}"):
        executed(ANSWER, TEST, cell_given(given, "load"))


@pytest.mark.parametrize(
    ("students", "given"),
    [
        (own("import builtins; builtins.open = None"), "open('/dev/null').read()"),  # uses no answer, and yet
        (own("np = 5"), "np.zeros(3)"),
        (cell("raise NotImplementedError", "load"), "model.predict(1)"),
        (own("import os; os.abort()"), "count = 1 / (1 - len([model]))"),
    ],
)
def test_a_given_cell_that_the_students_code_broke_stops_nothing(executed, students, given):
    notebook = executed(cell("import numpy as np"), students, cell(given), ANSWER, TEST)
    (test,) = (one for one in notebook.cells if grade_id(one) == "double-test")
    assert determine_grade(test) == (2, 2)


def test_a_given_cell_may_show_an_error_on_purpose(executed):
    notebook = executed(cell("1 / 0", tags=("raises-exception",)), ANSWER, TEST)
    assert determine_grade(notebook.cells[-1]) == (2, 2)


def test_which_given_cells_use_no_answer():
    cells = [
        cell("import numpy as np\nfrom math import pi"),
        cell("size = np.zeros(3).size"),
        ANSWER,
        cell("six = double(3)"),
        cell("print(six, pi)"),
        cell("def later():\n    return double(pi)"),
        own("size = 3"),
        cell("print(size)"),
        cell("print(pi)"),
    ]
    assert independent_cells(new_notebook(cells=cells)) == [0, 1, 8]
