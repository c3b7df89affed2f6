"""Feedback goes back: every page in a folder or an archive, and through nbgrader's exchange."""

import shutil
import zipfile

import pytest
from command_line import environment
from nbgrader.api import Gradebook
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.reporting.handback import hand_back


def course_of(toy: ToyCourse, output: str = "out") -> Course:
    return Course(toy.root, "toy", (toy.root / output).resolve(), toy.submitted)


def test_feedback_before_grading_is_refused(toy):
    with pytest.raises(PracticalsError, match="there is no gradebook"):
        hand_back(course_of(toy), toy.root / "back")


@pytest.mark.slow
def test_all_pages_in_folders_or_an_archive(toy):
    toy.submit("ann", {**GOOD, "why": "Because."})
    toy.submit("Bjørn Ø", {**GOOD, "square": HALF_SQUARE})
    toy.submit("broken").write_text("{")
    grade(
        toy.root,
        "toy",
        Console(quiet=True),
        GradeOptions(submitted=toy.submitted, output=toy.root / "out", workers=1),
    )
    course = course_of(toy)
    with Gradebook(course.coursedir.db_url) as book:
        book.update_or_create_student("away")
        essay = book.find_grade("why", "toy", "toy", "ann")  # marked after the pages were written
        essay.manual_score, essay.needs_manual_grade = 4, False
        book.db.commit()

    back = hand_back(course, toy.root / "back")
    assert back.students == ["Bjørn Ø", "ann"]
    assert back.without == {"away": "no submission", "broken": "not a notebook (invalid JSON at line 1)"}
    pages = sorted(path.relative_to(back.path).as_posix() for path in back.path.rglob("*") if path.is_file())
    assert pages == ["Bjørn Ø/toy.html", "ann/toy.html"]
    assert "9 of 9" in (back.path / "ann" / "toy.html").read_text()
    assert "Feedback for Bjørn Ø" in (back.path / "Bjørn Ø" / "toy.html").read_text()

    archive = hand_back(course, toy.root / "back", archive=True).path
    with zipfile.ZipFile(archive) as file:
        assert sorted(file.namelist()) == pages
        assert file.read("ann/toy.html") == (back.path / "ann" / "toy.html").read_bytes()

    shutil.rmtree(course.output / "feedback" / "ann")  # it is written again
    assert hand_back(course, toy.root / "back").students == ["Bjørn Ø", "ann"]
    with pytest.raises(PracticalsError, match=r"toy\.ipynb is not a feedback page"):
        hand_back(course, toy.root / "source")
    assert toy.source.is_file()

    # a page that is no longer there is not handed back a second time
    shutil.rmtree(course.autograded / "Bjørn Ø")
    with Gradebook(course.coursedir.db_url) as book:
        book.remove_submission("toy", "Bjørn Ø")
    assert hand_back(course, toy.root / "back").students == ["ann"]
    assert not (back.path / "Bjørn Ø").exists()


@pytest.mark.slow
def test_through_the_exchange_and_back(toy, tmp_path, nbgrader):
    """Release, fetch, submit, collect, our grading, release of feedback, fetch: only grading is ours."""
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    settings = f"c.Exchange.root = {str(exchange)!r}\n"
    config = toy.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\n{settings}")
    toy.write_release_and_bank()
    student = tmp_path / "student"
    student.mkdir()
    (student / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'deep-learning-practicals'\n{settings}"
    )
    here, there = (
        {"cwd": folder, "env": environment(JUPYTER_DATA_DIR=str(tmp_path / "data"))}
        for folder in (toy.root, student)
    )
    nbgrader("release_assignment", "toy", **here)
    nbgrader("fetch_assignment", "toy", **there)
    name = (student / "toy" / "toy.ipynb").relative_to(student)
    assert (student / name).is_file()
    answered = toy.submit("unused", GOOD)
    shutil.copy(answered, student / name)
    nbgrader("submit", "toy", **there)
    nbgrader("collect", "toy", **here)
    (collected,) = (toy.root / "submitted").glob("*/toy")
    assert (collected / "submission_secret.txt").is_file()

    graded = grade(toy.root, "toy", Console(quiet=True), GradeOptions(workers=1))
    (result,) = graded.results
    assert result.notes == []  # the exchange's own files are not surplus
    nbgrader("release_feedback", "toy", **here)
    nbgrader("fetch_feedback", "toy", **there)
    (page,) = (student / "toy" / "feedback").rglob("*.html")
    assert "5 of 9" in page.read_text()
