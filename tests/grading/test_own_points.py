"""points.toml: gradebook, pages, exports, reports have these points, here and by nbgrader itself."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from graded_class import QUIET, by_student, graded, scores
from nbgrader.api import Gradebook
from toy_course import GOOD, HALF_SQUARE, ToyCourse

from autograder.authoring.build import prepared
from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.marking.marks import Marks
from autograder.marking.server import Marking
from autograder.practical.cells import is_test
from autograder.practical.notebooks import read_text
from autograder.practical.points import FILE
from autograder.proof.audit import audit_all
from autograder.proof.graded_bank import execute_answers
from autograder.reporting.class_report import class_report
from autograder.reporting.export import export

OWN = "[toy]\nsquare = 6        # instead of 3\nmean = { bonus = 5 }\nwhy = 0\n"


def write_points(toy: ToyCourse, text: str = OWN) -> None:
    (toy.root / FILE).write_text(text)


def course_of(toy: ToyCourse) -> Course:
    return Course(toy.root, "toy", toy.root / "out", toy.submitted)


def by_nbgrader(book: Path) -> Iterator[tuple[str, float, float, dict[str, tuple[float, float]]]]:
    """Student, score, maximum, and both for each cell, as nbgrader's own gradebook says."""
    with Gradebook(f"sqlite:///{book}") as gradebook:
        for one in gradebook.assignment_submissions("toy"):
            cells = {grade.name: (grade.score, grade.max_score) for grade in one.notebooks[0].grades}
            yield one.student.id, one.score, one.max_score, cells


def test_points_change_for_a_class_that_has_grades(toy_class):
    before = by_student(graded(toy_class))
    assert before["s2_half"].score == 3
    assert before["s2_half"].max_score == 9
    write_points(toy_class)
    after = graded(toy_class)
    assert sorted(after.executed) == ["s1_good", "s2_half", "s3_untouched"]
    results = by_student(after)
    # a half right square keeps its share; the mean is a bonus; the essay does not count
    assert scores(results["s1_good"]) == {"square-test": 6, "mean-test": 5, "why": 0}
    assert scores(results["s2_half"]) == {"square-test": 2, "mean-test": 5, "why": 0}
    assert {name: (one.score, one.max_score) for name, one in results.items()} == {
        "s1_good": (11, 6),
        "s2_half": (7, 6),
        "s3_untouched": (0, 6),
    }
    assert {
        student: (score, most) for student, score, most, _ in by_nbgrader(toy_class.root / "out/gradebook.db")
    } == {
        "s1_good": (11, 6),
        "s2_half": (7, 6),
        "s3_untouched": (0, 6),
    }

    page = course_of(toy_class).page("s2_half").read_text()
    assert "7 of 6 points" in page
    assert "2 of 6" in page
    assert "5 of 5 as a bonus" in page
    assert "does not count" in page
    assert "the original was run" not in page  # the handed-out test cells had the points of before

    course = course_of(toy_class)
    report = {one.grade_id: one for one in class_report(course).exercises}
    assert (report["square-test"].points, report["mean-test"].points, report["why"].points) == (6, 5, 0)
    [file] = export(course, "canvas", toy_class.root / "export").files
    rows = list(csv.reader(file.open()))
    assert [row[-1] for row in rows] == ["toy", "6.0", "11.0", "7.0", "0.0"]

    (toy_class.root / FILE).unlink()
    again = by_student(graded(toy_class))
    assert {name: (one.score, one.max_score) for name, one in again.items()} == {
        name: (one.score, one.max_score) for name, one in before.items()
    }


@pytest.mark.slow
def test_plain_nbgrader_gives_the_same(toy_class, nbgrader):
    write_points(toy_class)
    ours = by_student(graded(toy_class))
    (toy_class.root / "submitted").symlink_to(toy_class.submitted)
    for step in ("generate_assignment", "autograde", "generate_feedback"):
        nbgrader(step, "toy", cwd=toy_class.root)
    assert {
        student: (score, most) for student, score, most, _ in by_nbgrader(toy_class.root / "gradebook.db")
    } == {name: (one.score, one.max_score) for name, one in ours.items()}
    page = toy_class.root / "feedback" / "s2_half" / "toy" / "toy.html"
    assert "5 of 5 as a bonus" in page.read_text()


def test_a_bonus_essay_is_marked_up_to_its_points_and_one_that_does_not_count_is_not_asked_for(
    toy, without_kernels
):
    write_points(toy, "[toy]\nwhy = { bonus = 2 }\n")
    toy.submit("ann", {**GOOD, "why": "Because."})
    graded(toy)
    course = course_of(toy)
    with course.gradebook.open() as book:
        marks = Marks(book, "toy")
        question = Marking(course, marks, blind=False).question("why")
        assert question.max_score == 2
        with pytest.raises(PracticalsError, match="2.5 is more than the 2 points"):
            marks.give_score(question, "ann", "2.5", None)
        marks.give_score(question, "ann", "2", None)
    [(_, score, most, cells)] = by_nbgrader(course.gradebook.path)
    assert (score, most, cells["why"]) == (7, 5, (2, 0))  # nothing ran, so no test failed
    write_points(toy, "[toy]\nwhy = 0\n")
    with course.gradebook.open() as book, pytest.raises(PracticalsError, match="no essay"):
        Marking(course, Marks(book, "toy"), blind=False)


def test_one_file_graded_alone_has_the_same_points(toy, practicals):
    write_points(toy)
    path = toy.submit("ann", {**GOOD, "square": HALF_SQUARE})
    done = practicals("grade", "toy", "--notebook", path, cwd=toy.root)
    assert "2 of 6" in done.stdout
    assert "7 / 6" in done.stdout


def test_a_configuration_of_before_does_not_lose_the_points_in_silence(toy_class):
    write_points(toy_class)
    config = toy_class.root / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(text.replace("    OwnPoints,\n    *Gen", "    *Gen"))
    with pytest.raises(PracticalsError, match=r"does not apply points.toml: OwnPoints.*c.GenerateAssignment"):
        graded(toy_class)
    config.write_text(
        text.replace("    SaveGrades,\n    preproc", "    preprocessors.SaveAutoGrades,\n    preproc")
    )
    with pytest.raises(PracticalsError, match=r"SaveGrades is not in c.Autograde.autograde_preprocessors"):
        graded(toy_class)
    write_points(toy_class, "[toy]\nsquare = 6\n")  # without a bonus, nbgrader's own will do
    assert by_student(graded(toy_class))["s1_good"].max_score == 12


def test_what_is_wrong_with_the_file_stops_before_anything_is_written(toy_class, practicals):
    write_points(toy_class, "[toy]\nsqare = 6\n")
    done = practicals("grade", "toy", "--submitted", toy_class.submitted, cwd=toy_class.root, check=False)
    assert done.returncode == 2
    assert "there is no exercise called 'sqare'" in done.stderr
    assert not (toy_class.root / "gradebook.db").exists()


def test_a_build_hands_the_points_out_and_executes_nothing(built):
    built_before, complaints = built.release.read_text(), built.complaints()
    (built.root / FILE).write_text("[toy]\nadd = 6\nwhy = { bonus = 2 }\n")
    assert any("release/toy" in one for one in set(built.complaints()) - set(complaints))
    assert built.build() is False
    assert built.complaints() == complaints
    released = built.release.read_text()
    assert "points=6" in released
    assert '"points": 6' in released
    assert "points=6" not in built.notebook.read_text(), "the source is as its author wrote it"
    (built.root / FILE).unlink()
    assert built.build() is False
    assert built.release.read_text() == built_before


@pytest.mark.slow
def test_the_bank_is_tried_at_the_points_of_the_text(built):
    (built.root / FILE).write_text("[toy]\nadd = 0\n")
    notebook = prepared(read_text(built.text), "toy")
    executed = execute_answers(built.root, "toy", notebook, {"none": {}}, workers=1)["none"]
    assert [cell.metadata.nbgrader.points for cell in executed.cells if is_test(cell)] == [3, 1]
    (built.root / FILE).write_text("[toy]\nsum = 0\n")
    with pytest.raises(PracticalsError, match="no exercise called 'sum'"):
        audit_all(built.root, ["toy"], QUIET, fast=True)
