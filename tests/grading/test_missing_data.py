"""Where the course's data are missing nobody is graded; once they are there, the same command grades."""

import os

import pytest
from rich.console import Console
from toy_course import GOOD, given_cell, toy_cells

from autograder.engine.limits import Limits
from autograder.grading.digests import common_digest
from autograder.grading.options import GradeOptions
from autograder.grading.run import Course, grade
from autograder.grading.single import grade_notebook

LOAD = "import os\nrows = open(os.environ['COURSE_DATA_DIR'] + '/rows.csv').read()"


@pytest.fixture
def data(toy, tmp_path, monkeypatch):
    """An empty folder of data sets, and a practical that needs a file in it."""
    cells = toy_cells()
    cells.insert(2, given_cell("load", LOAD))
    toy.write_source(cells)
    toy.submit("s1", GOOD)
    folder = tmp_path / "data sets"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    return folder


def test_nothing_is_recorded_until_the_data_are_there(toy, data):
    def graded():
        options = GradeOptions(submitted=toy.submitted, output=toy.root / "out", workers=1)
        return grade(toy.root, "toy", Console(quiet=True), options)

    (result,) = graded().results
    assert not result.graded
    assert result.status.startswith("not graded: the course's own cell 'load' failed (FileNotFoundError")
    assert result.score is None
    assert "practicals doctor" in result.remedy
    alone = grade_notebook(toy.folder("s1") / "toy.ipynb", toy.source).result
    assert (alone.graded, alone.score) == (False, None)
    assert alone.status == result.status
    (data / "rows.csv").write_text("1,2,3")
    again = graded()
    assert again.executed == ["s1"]
    assert (again.results[0].status, again.results[0].score) == ("graded", 5)


def test_other_data_are_graded_again(toy, data):
    def digest() -> str:
        course = Course(
            root=toy.root, practical="toy", output=toy.root, class_folder=toy.submitted, db_url=""
        )
        return common_digest(course, Limits(), sandboxed=True)

    empty = digest()
    assert digest() == empty
    (data / "rows.csv").write_text("1,2,3")
    there = digest()
    assert there != empty
    folder = data / "fashion-mnist"
    folder.mkdir()
    (folder / "rows.csv").write_text("1,2,3")
    below = digest()
    assert below != there
    os.utime(folder / "rows.csv", (1, 1))
    assert digest() not in (empty, there, below)
