"""After each step that comes behind grading, nbgrader by itself reads the gradebook: export and pages."""

import csv
import shutil
from pathlib import Path

import pytest
from graded_class import graded
from toy_course import GOOD, HALF_SQUARE, ToyCourse

from autograder.grading.course import Course
from autograder.marking.marks import Marks
from autograder.marking.server import Marking
from autograder.reporting.forget import forget, kept


def exported(toy: ToyCourse, nbgrader) -> dict[str, tuple[float, float]]:
    """Score and maximum of each student, by `nbgrader export`."""
    nbgrader("export", "--to", toy.root / "theirs.csv", cwd=toy.root)
    with (toy.root / "theirs.csv").open() as file:
        return {
            row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)
        }


def pages(toy: ToyCourse, nbgrader) -> dict[str, str]:
    """The pages, by `nbgrader generate_feedback`."""
    nbgrader("generate_feedback", "toy", "--force", cwd=toy.root)
    return {path.parts[-3]: path.read_text() for path in Path(toy.root, "feedback").glob("*/toy/toy.html")}


@pytest.mark.slow
def test_marks_own_points_groups_and_a_student_who_left(toy, nbgrader):
    toy.submit("blue", {**GOOD, "square": HALF_SQUARE, "why": "Because of us."})
    toy.submit("eva", {**GOOD, "why": "Because of me."})
    (toy.submitted / "groups.csv").write_text("group,student\nblue,ann\nblue,ben\n")
    course = Course(toy.root, "toy", toy.root, toy.submitted)

    graded(toy, output=toy.root)  # groups
    assert exported(toy, nbgrader) == {"ann": (3, 9), "ben": (3, 9), "eva": (5, 9)}

    with course.gradebook.open() as book:  # marks
        marks = Marks(book, "toy", {"ann": "blue", "ben": "blue"})
        why = Marking(course, marks, blind=False).question("why")
        marks.give_score(why, "ann", "4", None)
        marks.give_text(why, "ann", "Well said.", "", [])
        marks.give_score(why, "eva", "1", None)
    assert exported(toy, nbgrader) == {"ann": (7, 9), "ben": (7, 9), "eva": (6, 9)}
    found = pages(toy, nbgrader)
    assert ["Well said." in found[name] for name in ("ann", "ben", "eva")] == [True, True, False]

    (toy.root / "points.toml").write_text("[toy]\nsquare = 6\nmean = { bonus = 5 }\n")  # own points
    graded(toy, output=toy.root)
    assert exported(toy, nbgrader) == {"ann": (11, 10), "ben": (11, 10), "eva": (12, 10)}
    assert "5 of 5 as a bonus" in pages(toy, nbgrader)["ben"]

    forget(course, kept(course, "ann"))  # a student who left
    assert exported(toy, nbgrader) == {"ben": (11, 10), "eva": (12, 10)}
    shutil.rmtree(toy.root / "feedback")
    assert sorted(pages(toy, nbgrader)) == ["ben", "eva"]
