"""A student is forgotten in every place, the others in none."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from graded_class import graded
from nbgrader.api import Gradebook
from sqlalchemy import event
from sqlalchemy.engine import Engine
from toy_course import GOOD, ToyCourse

from autograder.errors import PracticalsError
from autograder.grading.backup import back_up
from autograder.grading.course import Course, only_one_run
from autograder.reporting.forget import forget, kept
from autograder.reporting.handback import hand_back
from autograder.reporting.report import report

GONE = "Ann-Marie.Forgotten"
SECRETS = (GONE, "Because of Ann", "ann@example.org", "Ann should read more")


@pytest.fixture
def plain_sqlite():
    """SQLite as it is where it was not built to overwrite what is deleted (Debian's was)."""

    def does_not_overwrite(connection, record):
        connection.execute("PRAGMA secure_delete = OFF")

    event.listen(Engine, "connect", does_not_overwrite)
    yield
    event.remove(Engine, "connect", does_not_overwrite)


@pytest.fixture
def course(toy: ToyCourse, without_kernels) -> Course:
    """A graded class of two, one of whom left, with everything that commands write about both."""
    toy.submit(GONE, {**GOOD, "why": "Because of Ann."})
    toy.submit("stays", {**GOOD, "why": "Because it stays."})
    (toy.submitted / "groups.csv").write_text(f"group;student\nblue;{GONE}\nred;stays\n")
    graded(toy)
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    with course.gradebook.open() as book:
        book.update_or_create_student(GONE, first_name="Ann", email="ann@example.org")
        book.find_comment("why", "toy", "toy", GONE).manual_comment = "Ann should read more"
        book.update_or_create_assignment("another")
        book.update_or_create_submission("another", GONE).extension = timedelta(days=1)
        book.db.commit()
    back_up(course)
    (course.autograded / "grading.log").write_text(f"toy, {GONE}: an error\n")
    report(course, toy.root / "build" / "report")
    hand_back(course, toy.root / "build" / "feedback")
    hand_back(course, toy.root / "build" / "feedback", archive=True)
    return course


def files_with(root: Path, *words: str) -> set[str]:
    """Files below a folder whose name or content has one of the words."""
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and "source" not in path.parts
        for word in words
        if word in path.relative_to(root).as_posix() or word.encode() in path.read_bytes()
    }


def grade_rows(course: Course) -> list[str]:
    with (course.output / "grades.csv").open(encoding="utf-8") as file:
        return [row["student_id"] for row in csv.DictReader(file)]


def test_nothing_is_left_of_the_student_and_all_of_the_others(plain_sqlite, course):
    before = files_with(course.root, *SECRETS)
    assert {path.split("/")[0] for path in before} == {"build", "class", "out"}
    assert grade_rows(course) == [GONE, "stays"]
    others = {path for path in files_with(course.root, "stays") if not path.startswith("build/")}
    page = (course.page("stays")).read_bytes()

    forget(course, kept(course, GONE))

    assert files_with(course.root, *SECRETS) == set()
    assert list(course.root.rglob(f"*{GONE}*")) == []
    assert grade_rows(course) == ["stays"]
    assert (course.class_folder / "groups.csv").read_text() == "group;student\nred;stays\n"
    assert files_with(course.root, "stays") >= others
    assert course.page("stays").read_bytes() == page
    with Gradebook(course.coursedir.db_url) as book:
        assert [student.id for student in book.students] == ["stays"]
        assert len(book.assignment_submissions("toy")) == 1
        assert {one.name for one in book.assignments} == {"another", "toy"}
    report(course, course.root / "build" / "report")
    assert files_with(course.root / "build", GONE) == set()
    with pytest.raises(PracticalsError, match="nothing is kept of"):
        kept(course, GONE)


def test_what_an_interruption_left_is_found_again(course):
    with course.gradebook.open() as book:
        book.remove_student(GONE)
    found = kept(course, GONE)
    assert course.gradebook.name not in [book.name for book in found.gradebooks]  # but its backup
    forget(course, found)
    assert files_with(course.root, *SECRETS) == set()


@pytest.mark.parametrize("name", ["", "..", "../class", f"{GONE}/toy", "/"])
def test_what_is_no_name_of_a_folder_is_refused(course, name):
    with pytest.raises(PracticalsError, match="is not a student's id"):
        kept(course, name)
    assert (course.class_folder / GONE).is_dir()


def test_a_misspelt_name_removes_nothing_and_is_told_the_right_one(course):
    with pytest.raises(PracticalsError, match=f"Did you mean {GONE}"):
        kept(course, "Ann-Marie.Forgoten")


def test_while_the_class_is_graded_nothing_is_removed(course):
    found = kept(course, GONE)
    with only_one_run(course.autograded), pytest.raises(PracticalsError, match="is at work"):
        forget(course, found)
    assert kept(course, GONE) == found


def test_a_link_is_removed_and_not_what_it_points_to(course, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "toy").mkdir(parents=True)
    linked = replace(course, class_folder=tmp_path / "linked")
    linked.class_folder.mkdir()
    (linked.class_folder / GONE).symlink_to(elsewhere)
    forget(linked, kept(linked, GONE))
    assert not (linked.class_folder / GONE).is_symlink()
    assert (elsewhere / "toy").is_dir()


def test_the_command_shows_what_it_will_remove_and_asks(toy, practicals):
    toy.submit("ann", GOOD)
    arguments = ("forget", "ann", "--submitted", toy.submitted)
    asked = practicals(*arguments, cwd=toy.root, check=False)  # nobody answers
    assert str(toy.submitted / "ann") in asked.stdout
    assert asked.returncode == 1
    assert (toy.submitted / "ann").is_dir()
    assert "ann is forgotten here" in practicals(*arguments, "--yes", cwd=toy.root).stdout
    assert not (toy.submitted / "ann").exists()
