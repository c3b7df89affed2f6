"""The late policy and extensions, in `practicals grade` and in plain nbgrader."""

from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from rich.console import Console
from toy_course import GOOD, ToyCourse

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.grading.late import GraduatedPenalty
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade

QUIET = Console(quiet=True)
DUE = "2025-11-30 18:00 UTC"
HOUR, DAY = 3_600, 86_400


def policy(**settings) -> GraduatedPenalty:
    return GraduatedPenalty(**settings)


@pytest.mark.parametrize(
    ("settings", "score", "seconds", "penalty"),
    [
        ({}, 10, 5 * DAY, None),  # off by default
        ({"percent": 10}, 10, 1, 1.0),  # the first day has begun
        ({"percent": 10}, 10, DAY, 1.0),
        ({"percent": 10}, 10, DAY + 1, 2.0),
        ({"percent": 10}, 10, 30 * DAY, 10.0),  # never more than the score
        ({"percent": 10, "at_most": 50}, 10, 30 * DAY, 5.0),
        ({"percent": 2, "per": "hour"}, 10, 3 * HOUR, 0.6),
        ({"percent": 10, "grace_minutes": 15}, 10, 15 * 60, None),
        ({"percent": 10, "grace_minutes": 15}, 10, 15 * 60 + 1, 1.0),
        ({"percent": 10}, 0, DAY, 0.0),
        ({"percent": 33.3}, 1, DAY, 0.33),
    ],
)
def test_the_penalty(settings, score, seconds, penalty):
    assert policy(**settings).late_submission_penalty("s1", score, seconds) == penalty


def with_policy(toy: ToyCourse, lines: str) -> None:
    config = toy.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\n{lines}\n")


def graded(toy: ToyCourse, **options):
    options = {"submitted": toy.submitted, "output": toy.root / "out", "workers": 1, "due": DUE, **options}
    return {
        result.student_id: result for result in grade(toy.root, "toy", QUIET, GradeOptions(**options)).results
    }


def course(toy: ToyCourse, output: str = "out") -> Course:
    return Course(toy.root, "toy", toy.root / output, toy.submitted)


def page(toy: ToyCourse, student: str) -> str:
    return (toy.root / "out" / "feedback" / student / "toy" / "toy.html").read_text()


def late_class(toy: ToyCourse) -> None:
    toy.submit("in_time", GOOD, timestamp="2025-11-30 17:00:00 UTC")
    toy.submit("late", {**GOOD, "why": "Because."}, timestamp="2025-12-01 21:00:00 UTC")  # 27 h


@pytest.mark.slow
def test_a_class_with_a_policy(toy):
    late_class(toy)
    before = graded(toy)
    assert before["late"].score == 5
    assert before["late"].late_penalty == 0
    assert "Handed in late" not in page(toy, "late")

    with_policy(toy, "c.GraduatedPenalty.percent = 10")
    after = graded(toy)
    assert after["in_time"].score == 5
    assert (after["late"].score, after["late"].late_penalty) == (4, 1)
    assert after["late"].status == "graded, 27 h late (−1 points)"
    assert "Handed in late</th>" in page(toy, "late")

    # a mark given by hand afterwards is a part of the score that the penalty is a share of
    with Gradebook(course(toy).coursedir.db_url) as book:
        essay = book.find_grade("why", "toy", "toy", "late")
        essay.manual_score, essay.needs_manual_grade = 4, False
        book.db.commit()
    marked = graded(toy)
    assert (marked["late"].score, marked["late"].late_penalty) == (7.2, 1.8)
    assert "7.2 of 9" in page(toy, "late")


@pytest.mark.slow
def test_an_extension_moves_the_due_date_of_one_student(toy):
    late_class(toy)
    with_policy(toy, "c.GraduatedPenalty.percent = 10")
    assert graded(toy)["late"].score == 4
    assert course(toy).gradebook.grant_extension("late", timedelta(days=1)) == datetime(2025, 12, 1, 18)
    assert graded(toy)["late"].status == "graded, 3 h late (−0.5 points)"
    course(toy).gradebook.grant_extension("late", timedelta(days=2))
    extended = graded(toy)
    assert (extended["late"].score, extended["late"].late_penalty) == (5, 0)
    assert "Handed in late" not in page(toy, "late")
    course(toy).gradebook.grant_extension("late", timedelta(0))
    assert graded(toy)["late"].score == 4


@pytest.mark.slow
def test_an_extension_can_be_given_before_the_submission(toy, practicals):
    command = ["extension", "toy", "late", "--days", "2", "--output", "out"]
    refused = practicals(*command, cwd=toy.root, check=False)
    assert refused.returncode == 2
    assert "does not know when toy is due" in refused.stderr
    said = practicals(*command, "--due", DUE, cwd=toy.root)
    assert "late: due 2025-12-02 18:00 UTC" in said.stdout
    with_policy(toy, "c.GraduatedPenalty.percent = 10")
    toy.submit("in_time", GOOD, timestamp="2025-11-30 17:00:00 UTC")
    assert list(graded(toy)) == ["in_time"]  # an extension alone is not a submission
    late_class(toy)
    assert graded(toy)["late"].score == 5


def test_an_extension_without_a_due_date_is_refused(toy):
    made = course(toy)
    made.prepare()
    with pytest.raises(PracticalsError, match="does not know when toy is due"):
        made.gradebook.grant_extension("late", timedelta(days=1))


@pytest.mark.slow
def test_plain_nbgrader_holds_to_the_policy(toy, nbgrader):
    late_class(toy)
    with_policy(toy, "c.GraduatedPenalty.percent = 10\nc.CourseDirectory.submitted_directory = 'class'")
    output = toy.root
    made = course(toy, ".")
    made.prepare(due=datetime(2025, 11, 30, 18))
    made.gradebook.grant_extension("in_time", timedelta(days=1))
    nbgrader("autograde", "toy", cwd=output)
    with Gradebook(made.coursedir.db_url) as book:
        assert book.find_submission("toy", "late").late_submission_penalty == 1
        assert book.find_submission("toy", "in_time").late_submission_penalty == 0
        essay = book.find_grade("why", "toy", "toy", "late")
        essay.manual_score, essay.needs_manual_grade = 4, False
        book.db.commit()
    nbgrader("generate_feedback", "toy", cwd=output)
    assert "7.2 of 9" in (output / "feedback" / "late" / "toy" / "toy.html").read_text()
    with Gradebook(made.coursedir.db_url) as book:
        assert book.find_submission("toy", "late").late_submission_penalty == 1.8
