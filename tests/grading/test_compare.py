"""`practicals grade --compare`: whose points a changed test would change, before anything is recorded."""

import io
from concurrent.futures import Future
from pathlib import Path

import pytest
from command_line import run
from graded_class import QUIET, command, graded
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, index_of, toy_cells
from typer.testing import CliRunner

from autograder.cli import app
from autograder.engine import split
from autograder.engine.job import execute_job
from autograder.errors import PracticalsError
from autograder.grading.compare import Comparison, Difference, compare_and_show
from autograder.grading.options import GradeOptions
from autograder.practical.cells import grade_id, name_of


def compared(toy: ToyCourse, console: Console = QUIET, **options) -> Comparison:
    options = {"submitted": toy.submitted, "output": toy.root / "out", "workers": 1, **options}
    return compare_and_show(toy.root, "toy", console, GradeOptions(**options))


def files(toy: ToyCourse) -> dict[Path, tuple[bytes, int]]:
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in toy.root.rglob("*") if path.is_file()
    }


def changes(comparison: Comparison) -> set[tuple]:
    return {(one.student_id, one.title, one.before, one.now) for one in comparison.differences}


@pytest.fixture
def changed_test(without_kernels, monkeypatch):
    """From now on the test of squares gives a point to what uses `abs`, and two to all others."""

    def change() -> None:
        def execute(notebook: NotebookNode, *_, **__) -> NotebookNode:
            by_name = {grade_id(cell): cell for cell in notebook.cells}
            points = "1" if "abs" in by_name["square"].source else "2"
            result = new_output("execute_result", {"text/plain": points}, execution_count=1)
            by_name["square-test"].outputs = [result]
            return notebook

        monkeypatch.setattr(split, "execute_notebook", execute)

    return change


def test_who_loses_is_said_and_nothing_is_recorded(toy_class, changed_test):
    toy = toy_class
    graded(toy)
    toy.submit("s4_new", GOOD)
    changed_test()
    before = files(toy)
    console = Console(record=True, width=200, file=io.StringIO())
    comparison = compared(toy, console, force=True)
    assert files(toy) == before
    assert changes(comparison) == {
        ("s1_good", "Square a number", 3, 2),
        ("s2_half", "Square a number", 3, 1),
        ("s3_untouched", "Square a number", 3, 2),
    }
    assert comparison.losers == ["s1_good", "s2_half", "s3_untouched"]
    assert comparison.first == ["s4_new"]
    text = console.export_text()
    assert "Compared: 3 submissions, 15 points before and 11 now" in text
    assert "Fewer points: s1_good, s2_half, s3_untouched." in text
    assert "Not in the gradebook yet: s4_new." in text
    assert "More points" not in text
    assert graded(toy).executed == ["s4_new"]  # grading does not take it for done


def test_without_force_only_what_would_be_graded_is_executed(toy_class, changed_test):
    toy = toy_class
    graded(toy)
    assert compared(toy).compared == []
    changed_test()
    toy.submit("s2_half", {**GOOD, "square": HALF_SQUARE, "mean": "def mean(values): ..."})
    assert compared(toy).compared == ["s2_half"]


def test_marks_given_by_hand_stand_and_gains_are_no_losses(toy, changed_test, monkeypatch):
    toy.submit("s1", {**GOOD, "square": HALF_SQUARE, "why": "Because."})
    graded(toy)
    with Gradebook(f"sqlite:///{toy.root}/out/gradebook.db") as book:
        book.find_grade("why", "toy", "toy", "s1").manual_score = 3.5
        book.find_grade("mean-test", "toy", "toy", "s1").extra_credit = 0.5
        book.find_grade("square-test", "toy", "toy", "s1").auto_score = 0.5
        book.db.commit()
    changed_test()
    comparison = compared(toy, force=True)
    assert changes(comparison) == {("s1", "Square a number", 0.5, 1)}
    assert (comparison.winners, comparison.losers) == (["s1"], [])
    assert (comparison.before, comparison.now) == (6.5, 7)


def test_an_exercise_that_is_gone_or_new_has_points_on_one_side(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    cells = toy_cells()
    for cell in cells:
        if grade_id(cell) in ("mean", "mean-test"):
            cell.metadata.nbgrader.grade_id = name_of(cell).replace("mean", "average")
    toy.write_source(cells)
    comparison = compared(toy)
    assert changes(comparison) == {("s1", "mean-test", 2, None), ("s1", "Means", None, 2)}
    assert comparison.losers == ["s1"]


def execute_all_in_line(students, job, workers):
    """As `execute_all`, where an execution may fail."""
    for student_id in students:
        future: Future = Future()
        try:
            future.set_result(execute_job(job(student_id)))
        except RuntimeError as error:
            future.set_exception(error)
        yield student_id, future


def test_one_that_cannot_be_executed_keeps_its_grade(toy_class, without_kernels, monkeypatch):
    toy = toy_class
    graded(toy)

    def execute(notebook: NotebookNode, *_, **__) -> NotebookNode:
        if "abs" in notebook.cells[index_of(notebook, "square")].source:
            raise RuntimeError("no memory")
        return notebook

    monkeypatch.setattr("autograder.grading.run.execute_all", execute_all_in_line)
    monkeypatch.setattr(split, "execute_notebook", execute)
    comparison = compared(toy, force=True)
    assert comparison.failed == {"s2_half": "RuntimeError: no memory"}
    assert comparison.compared == ["s1_good", "s3_untouched"]
    assert comparison.losers == []


def test_without_grades_there_is_nothing_to_compare_with(toy):
    toy.submit("s1", GOOD)
    with pytest.raises(PracticalsError, match="there is no gradebook"):
        compared(toy)
    assert not (toy.root / "out").exists()


def test_what_could_not_be_executed_is_status_3_unless_somebody_loses(toy, monkeypatch):
    failed = {"s1": "RuntimeError: no memory"}
    loss = Difference("s2", "Means", 2, 1)
    monkeypatch.chdir(toy.root)
    monkeypatch.setattr("autograder.engine.parents.start_early", lambda **_: None)
    for differences, status in (([], 3), ([loss], 1)):
        comparison = Comparison(["s2"], 2, 2, differences, [], failed)
        monkeypatch.setattr("autograder.grading.compare.compare_and_show", lambda *_, c=comparison: c)
        assert CliRunner().invoke(app, ["grade", "toy", "--compare"]).exit_code == status


@pytest.mark.slow
def test_the_exit_status_says_whether_somebody_would_lose(toy_class):
    toy = toy_class
    graded(toy)
    before = files(toy)
    same = run(command(toy, "--compare", "--force"), cwd=toy.root, check=False)
    assert same.returncode == 0, same.stderr
    assert "No points differ." in same.stdout
    assert files(toy) == before
    cells = toy_cells()
    test = cells[index_of(toy.notebook(), "square-test")]
    test.source = test.source.replace("square(3), 9", "square(3), 10")
    toy.write_source(cells)
    stricter = run(command(toy, "--compare"), cwd=toy.root, check=False)
    assert stricter.returncode == 1, stricter.stderr
    assert "Fewer points: s1_good, s2_half." in stricter.stdout
    refused = run(command(toy, "--compare", "--due", "2026-11-30 18:00 UTC"), cwd=toy.root, check=False)
    assert refused.returncode == 2
    assert "not with --due" in refused.stderr
