"""Exercises get new names: grades, marks by hand, comments and answers stay, in real gradebooks."""

import json
import subprocess
from pathlib import Path

import pytest
from command_line import run
from graded_class import by_student, command, graded, scores
from nbgrader.api import Gradebook
from toy_course import GOOD, ToyCourse, essay_cell, exercise_cell, index_of, test_cell, toy_cells

from autograder.engine.assignment import load_assignment
from autograder.errors import PracticalsError
from autograder.practical.notebooks import read_notebook

ESSAY = {**GOOD, "why": "Because of n."}


def address(toy: ToyCourse) -> str:
    return f"sqlite:///{toy.root / 'out' / 'gradebook.db'}"


def renamed_cells(**names: str) -> list:
    """The toy's cells with other names, such as square="area"; a test cell goes with its exercise."""
    names |= {f"{old}_test".replace("_", "-"): f"{new}-test" for old, new in names.items()}
    cells = toy_cells()
    for cell in cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        nbgrader["grade_id"] = names.get(nbgrader.get("grade_id"), nbgrader.get("grade_id"))
        if nbgrader["grade_id"] is None:
            del nbgrader["grade_id"]
    return cells


def mark(toy: ToyCourse, name: str = "why") -> None:
    """What an instructor does in the Formgrader."""
    with Gradebook(address(toy)) as book:
        grade = book.find_grade(name, "toy", "toy", "s1")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 3.5, 0.5, False
        book.find_comment(name, "toy", "toy", "s1").manual_comment = "Say why n matters."
        book.db.commit()


def recorded(toy: ToyCourse) -> dict[str, tuple]:
    """By cell, what the gradebook has of s1."""
    with Gradebook(address(toy)) as book:
        [notebook] = book.find_submission("toy", "s1").notebooks
        found = {
            grade.name: (grade.auto_score, grade.manual_score, grade.extra_credit)
            for grade in notebook.grades
        }
        return found | {f"comment on {one.name}": one.manual_comment for one in notebook.comments}


def backups(toy: ToyCourse) -> list[Path]:
    return sorted((toy.root / "out").glob("gradebook-backup-*.db"))


def test_marks_comments_and_answers_of_renamed_cells_stay(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    mark(toy)
    before = recorded(toy)
    toy.write_source(renamed_cells(square="area", why="reason"))
    result = by_student(graded(toy, rename=("square=area", "why=reason")))["s1"]

    new = {"square-test": "area-test", "why": "reason", "comment on square": "comment on area",
           "comment on why": "comment on reason"}  # fmt: skip
    assert recorded(toy) == {new.get(name, name): value for name, value in before.items()}
    assert scores(result) == {"area-test": 3, "mean-test": 2, "reason": 4}
    assert result.notes == []
    executed = read_notebook(toy.root / "out" / "autograded" / "s1" / "toy" / "toy.ipynb")
    assert executed.cells[index_of(executed, "area")].source == GOOD["square"]
    assert executed.cells[index_of(executed, "reason")].source == "Because of n."
    assert "Say why n matters" in (toy.root / "out/feedback/s1/toy/toy.html").read_text()
    assert graded(toy).executed == []


def test_the_gradebook_is_backed_up_before(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    mark(toy)
    before = recorded(toy)
    toy.write_source(renamed_cells(why="reason"))
    graded(toy, rename=("why=reason",))
    [backup] = backups(toy)
    backup.replace(toy.root / "out" / "gradebook.db")
    assert recorded(toy) == before


def test_who_is_not_handed_in_again_keeps_a_notebook_that_nbgrader_can_read(toy, without_kernels, nbgrader):
    path = toy.submit("s1", ESSAY)
    toy.submit("s2", GOOD)
    graded(toy, output=toy.root)
    path.unlink()
    path.parent.rmdir()
    toy.write_source(renamed_cells(square="area", why="reason"))
    assert graded(toy, output=toy.root, rename=("square=area", "why=reason")).executed == ["s2"]
    page = toy.root / "feedback" / "s1" / "toy" / "toy.html"
    page.unlink()
    nbgrader("generate_feedback", "toy", "--force", cwd=toy.root)
    assert "Because of n." in page.read_text()


@pytest.mark.slow
def test_plain_nbgrader_grades_what_has_the_former_names_and_exports(toy, nbgrader):
    toy.submitted = toy.root / "submitted"
    toy.submit("s1", ESSAY)
    graded(toy, submitted=None, output=toy.root)
    toy.write_source(renamed_cells(square="area", why="reason"))
    graded(toy, submitted=None, output=toy.root, rename=("square=area", "why=reason"))
    nbgrader("autograde", "toy", "--force", cwd=toy.root)
    nbgrader("export", cwd=toy.root)
    with Gradebook(f"sqlite:///{toy.root / 'gradebook.db'}") as book:
        [notebook] = book.find_submission("toy", "s1").notebooks
        assert {grade.name: grade.auto_score for grade in notebook.grades} == {
            "area-test": 3, "mean-test": 2, "reason": None,
        }  # fmt: skip
    assert "toy" in (toy.root / "grades.csv").read_text()


def test_a_second_new_name_leads_there_from_both_former_ones(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    for old, new in (("square", "area"), ("area", "surface"), ("surface", "square")):
        toy.write_source(renamed_cells(square=new))
        result = by_student(graded(toy, rename=(f"{old}={new}",)))["s1"]
        assert result.notes == []
        assert f"{new}-test" in scores(result)
    kept = json.loads((toy.source.parent / "renamed.json").read_text())
    assert kept == {"area": "square", "area-test": "square-test", "surface": "square",
                    "surface-test": "square-test"}  # fmt: skip


UNFIT = {
    ("area=square",): r"area is not a cell that the gradebook has .* Such are: square, square-test$",
    ("square=volume",): r"volume is not a cell that the practical has .* Such are: area, area-test$",
    ("mean=area",): "mean is not a cell that the gradebook has and the practical has not",
    ("square=area", "square=area-test"): "names a cell a second time",
    ("square-test=area",): "cells of different kinds",
    ("square-test=area-test",): r"\(gone: square; new: area\)",
    ("square",): "--rename square is not a pair of names",
}


def test_a_pair_that_does_not_fit_changes_nothing(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    before = recorded(toy)
    toy.write_source(renamed_cells(square="area"))
    for pairs, message in UNFIT.items():
        with pytest.raises(PracticalsError, match=message):
            graded(toy, rename=pairs)
        assert recorded(toy) == before, pairs
        assert backups(toy) == [], pairs
        assert not (toy.source.parent / "renamed.json").exists(), pairs


def test_the_same_rename_a_second_time_is_refused(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    toy.write_source(renamed_cells(square="area"))
    graded(toy, rename=("square=area",))
    with pytest.raises(PracticalsError, match="square is not a cell that the gradebook has"):
        graded(toy, rename=("square=area",))


def test_a_rename_that_breaks_off_leaves_the_gradebook_as_it_was(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    before = recorded(toy)
    executed = toy.root / "out" / "autograded" / "s1" / "toy" / "toy.ipynb"
    text = executed.read_text()
    executed.write_text("{")
    toy.write_source(renamed_cells(square="area"))
    with pytest.raises(PracticalsError, match=r"toy\.ipynb"):
        graded(toy, rename=("square=area",))
    assert recorded(toy) == before
    executed.write_text(text)
    graded(toy, rename=("square=area",))
    assert "area-test" in recorded(toy)


@pytest.mark.parametrize("text", ["{", '["square"]', '{"square": 3}'])
def test_a_file_of_former_names_that_is_none_is_one_sentence(toy, text):
    (toy.source.parent / "renamed.json").write_text(text)
    with pytest.raises(PracticalsError, match=r"renamed\.json"):
        load_assignment(toy.source, toy.config)


def refusal(toy: ToyCourse) -> str:
    with pytest.raises(PracticalsError) as refused:
        graded(toy)
    return str(refused.value)


def test_other_cells_are_named_and_likely_pairs_offered(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    toy.write_source(renamed_cells(square="area", why="reason"))
    said = refusal(toy)
    assert "(gone: square, square-test, why; new: area, area-test, reason)" in said
    assert "If square is now called area: --rename square=area" in said
    assert "If why is now called reason: --rename why=reason" in said
    assert "--rename square-test" not in said
    assert "Nothing can be added" not in said
    assert "cannot go" not in said


def test_pairs_that_could_be_either_are_not_guessed(toy, without_kernels):
    cells = [*toy_cells(), essay_cell("how", "So.", 4)]
    toy.write_source(cells)
    toy.submit("s1", ESSAY)
    graded(toy)
    toy.write_source([*renamed_cells(why="reason"), essay_cell("means", "So.", 4)])
    assert "is now called" not in refusal(toy)


def test_a_new_and_a_removed_exercise_have_advice_of_their_own(toy, without_kernels):
    toy.submit("s1", ESSAY)
    graded(toy)
    new = [exercise_cell("cube", "def cube(x): ..."), test_cell("cube-test", "assert cube(2) == 8", 7)]
    toy.write_source([*toy_cells(), *new])
    said = refusal(toy)
    assert "(new: cube, cube-test)" in said
    assert "put what is new into a practical of its own" in said
    assert "put it back" not in said
    toy.write_source([cell for cell in toy_cells() if "mean" not in str(cell.metadata)])
    said = refusal(toy)
    assert "(gone: mean, mean-test)" in said
    assert "put it back, with fewer points" in said
    assert "of its own" not in said


def test_fewer_points_for_what_was_put_back_are_recorded(toy, without_kernels):
    """What the advice for a removed exercise says."""
    toy.submit("s1", ESSAY)
    graded(toy)
    cells = toy_cells()
    cells[index_of(toy.notebook(), "mean-test")].metadata.nbgrader.points = 1
    toy.write_source(cells)
    assert by_student(graded(toy))["s1"].max_score == 8


def test_the_command_says_what_it_renamed(toy):
    toy.submit("s1").write_text("{")
    toy.submit("s2", GOOD)
    subprocess.run(command(toy), cwd=toy.root, check=False, capture_output=True)
    toy.write_source(renamed_cells(square="area"))
    done = run(command(toy, "--rename", "square=area"), cwd=toy.root, check=False)
    assert done.returncode == 3, done.stderr
    assert "Renamed: square → area, square-test → area-test. source/toy/renamed.json keeps" in done.stdout
    assert "The gradebook was backed up: " in done.stdout
