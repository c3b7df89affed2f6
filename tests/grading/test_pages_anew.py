"""Pages are written anew where what they show has changed, and nowhere else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from graded_class import graded
from nbgrader.api import Gradebook
from toy_course import GOOD, ToyCourse, toy_cells

from autograder.grading import recording
from autograder.grading.course import Course
from autograder.plugins import TEMPLATES

STUDENTS = {"ada", "ben"}


def another_template(toy: ToyCourse) -> None:
    folder = toy.root / "templates"
    shutil.copytree(TEMPLATES, folder)
    page = folder / "feedback_page" / "index.html.j2"
    page.write_text(page.read_text().replace("Points by exercise", "What each exercise gave"))
    with (toy.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.FeedbackExporter.extra_template_basedirs = [{str(folder)!r}]\n")


def other_points(toy: ToyCourse) -> None:
    (toy.root / "points.toml").write_text("[toy]\nmean = 7\n")


def a_mark(toy: ToyCourse) -> None:
    with Gradebook(f"sqlite:///{toy.root / 'out' / 'gradebook.db'}") as book:
        grade = book.find_grade("why", "toy", "toy", "ada")
        grade.manual_score, grade.needs_manual_grade = 3.25, False
        book.db.commit()


def a_comment(toy: ToyCourse) -> None:
    with Gradebook(f"sqlite:///{toy.root / 'out' / 'gradebook.db'}") as book:
        book.find_comment("why", "toy", "toy", "ada").manual_comment = "Say what n is."
        book.db.commit()


def another_answer(toy: ToyCourse) -> None:
    toy.submit("ada", {**GOOD, "mean": "def mean(values):\n    return np.mean(values) + 0"})


def another_test(toy: ToyCourse) -> None:
    cells = toy_cells()
    cells[4].source = cells[4].source.replace("square(3), 9", "square(5), 25")
    toy.write_source(cells)


def another_time(toy: ToyCourse) -> None:
    (toy.folder("ada") / "timestamp.txt").write_text("2025-12-01 21:00:00 UTC")


@pytest.mark.parametrize(
    ("change", "whose", "shown"),
    [
        (another_template, STUDENTS, "What each exercise gave"),
        (other_points, STUDENTS, "of 7"),
        (a_mark, {"ada"}, "3.25 of 4"),
        (a_comment, {"ada"}, "Say what n is."),
        (another_answer, {"ada"}, '<span class="o">+</span> <span class="mi">0</span>'),
        (another_test, STUDENTS, '<span class="mi">25</span>'),
        (another_time, {"ada"}, "2025-12-01 21:00"),
    ],
)
def test_a_change_renews_the_pages_that_show_it_and_no_other(
    toy: ToyCourse,
    without_kernels: None,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[ToyCourse], None],
    whose: set[str],
    shown: str,
):
    for student in STUDENTS:
        toy.submit(student, {**GOOD, "why": "Because."})
    graded(toy)
    written: list[str] = []

    def noted(write: Callable[..., None]) -> Callable[..., None]:
        def noting(course: Course, student_id: str, *content: str) -> None:
            written.append(student_id)
            write(course, student_id, *content)

        return noting

    for name in ("write", "write_feedback"):
        monkeypatch.setattr(recording, name, noted(getattr(recording, name)))
    graded(toy)
    assert written == []
    assert not [one for one in STUDENTS if shown in page(toy, one)]

    change(toy)
    graded(toy)
    assert set(written) == whose
    assert {one for one in STUDENTS if shown in page(toy, one)} == whose
    written.clear()
    graded(toy)
    assert written == []


def page(toy: ToyCourse, student: str) -> str:
    return Path(toy.root, "out", "feedback", student, "toy", "toy.html").read_text("utf-8")
