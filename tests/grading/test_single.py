"""Grading one notebook by itself: the points and the words of a class, and nothing written."""

import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE
from typer.testing import CliRunner

from autograder.cli import app
from autograder.errors import PracticalsError
from autograder.grading.single import GradedNotebook, grade_and_show, grade_notebook

HALF = {**GOOD, "square": HALF_SQUARE, "why": "Because."}


def scores(graded: GradedNotebook) -> dict[str, float | None]:
    return {cell.grade_id: cell.score for cell in graded.result.cells}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_points_and_feedback_are_those_of_a_class_and_nothing_is_written(toy):
    path = toy.submit("s2_half", HALF)
    before = files(toy.root)
    graded = grade_notebook(path, toy.source)
    assert files(toy.root) == before
    assert scores(graded) == {"square-test": 1, "mean-test": 2, "why": None}
    result = graded.result
    assert (result.score, result.max_score, result.manual_points_pending) == (3, 9, 4)
    assert (result.student_id, result.assignment, result.status) == ("toy", "toy", "graded")
    assert graded.feedback["mean-test"] == "Passed."
    assert "✗ a negative number" in graded.feedback["square-test"]
    assert "the error is" in graded.feedback["square-test"] or "-16" in graded.feedback["square-test"]
    assert "expect.equal(square(-4)" not in graded.feedback["square-test"]  # a hidden test

    report = json.loads(graded.as_json())
    assert report["cells"][0]["feedback"] == graded.feedback["square-test"]
    square, mean, why = report["cells"]
    assert [part["state"] for part in square["checks"]["parts"]] == ["passed", "failed"]
    assert square["checks"]["parts"][0] == {"title": "a positive number", "points": 1, "state": "passed"}
    assert square["checks"]["parts"][1]["what"] == "the square of a secret number"
    assert "checks" not in mean  # its test is of plain assertions
    assert "feedback" not in why


def test_a_source_outside_a_course_will_do(toy, tmp_path):
    """Not even its other files are seen: there, they may hold the solutions."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(toy.source, elsewhere)
    (elsewhere / "toy.py").write_text("the solutions")
    answers = {**GOOD, "mean": "import os\nmean = (lambda v: 2) if os.path.exists('toy.py') else np.mean"}
    graded = grade_notebook(toy.submit("s1", answers), elsewhere / "toy.ipynb")
    assert scores(graded) == {"square-test": 3, "mean-test": 2, "why": 0}


def test_what_cannot_be_graded_has_a_result_that_says_why(toy):
    path = toy.submit("s1")
    path.write_text("{")
    graded = grade_notebook(path, toy.source)
    assert not graded.result.graded
    assert graded.result.status == "not graded: not a notebook (invalid JSON at line 1)"
    assert graded.result.remedy == "Ask for the .ipynb file, as saved by Jupyter"
    assert (graded.result.score, graded.result.max_score, graded.feedback) == (None, 9, {})


def test_the_command_prints_json_alone_and_the_table_beside_it(toy, practicals):
    path = toy.submit("s1", HALF)
    done = practicals("grade", "toy", "--notebook", path, "--json", "-", cwd=toy.root)
    assert json.loads(done.stdout)["score"] == 3
    assert "1 of 3" in done.stderr
    assert "by hand" in done.stderr


def test_the_command_ends_with_3_when_there_is_nothing_to_grade(toy, practicals):
    path = toy.submit("s1")
    path.write_text("{")
    arguments = ["grade", toy.source, "--notebook", path, "--json", "result.json"]
    done = practicals(*arguments, cwd=toy.root, check=False)
    assert done.returncode == 3, done.stderr
    assert json.loads((toy.root / "result.json").read_text())["graded"] is False


@pytest.mark.parametrize("name", ["toy", "nowhere.ipynb"])
def test_missing_files_are_one_sentence(toy, name, monkeypatch):
    monkeypatch.chdir(toy.root)
    with pytest.raises(PracticalsError, match="does not exist"):
        grade_and_show(name, toy.root / "nothing.ipynb", Console(quiet=True))


def test_options_of_a_class_are_refused(toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    result = CliRunner().invoke(app, ["grade", "toy", "--notebook", "x.ipynb", "--output", "out"])
    assert isinstance(result.exception, PracticalsError)
    assert "--output is for classes" in str(result.exception)
