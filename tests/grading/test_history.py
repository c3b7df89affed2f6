"""Marks that change say so, with their reasons, on the student's page; nothing else does."""

import pytest
from bs4 import BeautifulSoup
from graded_class import graded
from nbgrader.api import Gradebook
from toy_course import GOOD, ToyCourse

from autograder.grading.course import Course
from autograder.grading.record import Record
from autograder.reporting.handback import hand_back


def changes(toy: ToyCourse, student: str = "ann") -> list[str]:
    """What the page says of changed marks, without the dates."""
    page = BeautifulSoup(
        (toy.root / "out" / "feedback" / student / "toy" / "toy.html").read_text(), "html.parser"
    )
    found = page.select(".changes li")
    return [" ".join(one.get_text().split()).partition(", ")[2] for one in found]


def mark(toy: ToyCourse, name: str, score: float | None, student: str = "ann") -> None:
    with Gradebook(f"sqlite:///{toy.root}/out/gradebook.db") as book:
        grade = book.find_grade(name, "toy", "toy", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()


@pytest.fixture
def graded_toy(toy, without_kernels) -> ToyCourse:
    for student in ("ann", "bob"):
        toy.submit(student, {**GOOD, "why": "Because."})
    graded(toy)
    return toy


def test_first_marks_and_those_that_stay_are_no_changes(graded_toy):
    toy = graded_toy
    mark(toy, "why", 3)
    graded(toy)
    graded(toy, force=True, why="nothing changed")
    assert changes(toy) == changes(toy, "bob") == []


def test_a_changed_mark_stands_on_the_page_with_its_reason(graded_toy):
    toy = graded_toy
    mark(toy, "why", 3)
    graded(toy)
    mark(toy, "why", 2)
    graded(toy, why="the scheme was read too generously")
    assert changes(toy) == ["In words: 3 → 2 points: the scheme was read too generously"]
    mark(toy, "why", 4)
    graded(toy)
    assert changes(toy) == [
        "In words: 2 → 4 points: marked by a person",
        "In words: 3 → 2 points: the scheme was read too generously",
    ]
    assert changes(toy, "bob") == []


def test_a_regrade_keeps_the_history(graded_toy):
    toy = graded_toy
    mark(toy, "mean-test", 1)
    graded(toy, why="a <b>wrong</b> test")
    mark(toy, "mean-test", None)
    graded(toy, force=True, why="the test was corrected")
    before, now = changes(toy)[::-1]
    assert before.endswith("→ 1 points: a <b>wrong</b> test")
    assert now.endswith(": the test was corrected")
    graded(toy, force=True)
    assert changes(toy)[::-1] == [before, now]


def test_a_hand_in_that_cannot_be_graded_loses_no_history(graded_toy):
    toy = graded_toy
    mark(toy, "why", 3)
    graded(toy)
    mark(toy, "why", 2)
    graded(toy)
    good = toy.submit("ann", {**GOOD, "why": "Because."}).read_text()
    path = toy.submit("ann")
    path.write_text("{")
    graded(toy)
    path.write_text(good)
    graded(toy)
    assert changes(toy) == ["In words: 3 → 2 points: marked by a person"]


def test_pages_that_are_handed_back_have_it_too(graded_toy):
    toy = graded_toy
    mark(toy, "why", 3)
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    hand_back(course, toy.root / "back")
    mark(toy, "why", 1)
    hand_back(course, toy.root / "back")
    assert changes(toy) == ["In words: 3 → 1 points: marked by a person"]
    record = Record.read(Record.path(course.autograded, "ann", "toy"))
    assert record is not None
    [change] = record.changes
    assert (change["cell"], change["before"], change["after"]) == ("why", 3, 1)


def test_the_page_says_how_to_ask_for_another_look(graded_toy):
    toy = graded_toy
    page = toy.root / "out" / "feedback" / "ann" / "toy" / "toy.html"
    assert "graded again" not in page.read_text()
    with (toy.root / "nbgrader_config.py").open("a") as file:
        file.write("\nc.FeedbackPage.regrade = 'Write to <ada@example.org> within a week.'\n")
    graded(toy)  # executes nothing, and renews the pages
    assert "Write to &lt;ada@example.org&gt; within a week." in page.read_text()


def test_a_comparison_has_no_reason(toy, practicals):
    told = practicals("grade", "toy", "--compare", "--why", "a reason", cwd=toy.root, check=False)
    assert told.returncode == 2
    assert "not with --why" in told.stderr
