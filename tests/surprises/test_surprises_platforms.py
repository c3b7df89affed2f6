"""Where guesses about Canvas' and Gradescope's forms go wrong, and what ours do about it.

Neither runs here. docs/exports.md names the public source, file and version of each rule.
"""

import ast
from pathlib import Path

import pytest

from autograder.errors import PracticalsError
from autograder.grading import on_gradescope
from autograder.grading.course import Course
from autograder.grading.gradescope import with_metadata
from autograder.grading.results import Result
from autograder.grading.students import Student
from autograder.reporting.exports.canvas import Canvas
from autograder.reporting.exports.gradescope import RUN_AUTOGRADER
from autograder.reporting.graded_class import Graded, GradedClass

DAY = 24 * 3600
COURSE = Course(Path(), "toy", Path(), Path())  # none of its files is read
DUE, EXTENDED = "2026-11-30T18:00:00.000000+01:00", "2026-12-02T18:00:00.000000+01:00"
HANDED_IN = "2026-12-01T18:00:00.000000+01:00"


def canvas(*students, column="Practical 1 (77)"):
    def graded(student):
        result = Result(student.id, "toy", True, "graded", "", 5.0, 9.0, 0.0, 0.0, 0.0, None, [], 1.0, {}, [])
        return Graded(student, result)

    return Canvas(GradedClass(COURSE, column, 9.0, None, list(map(graded, students)), []))


def test_canvas_drops_a_column_with_one_of_its_own_names_anywhere_in_the_title():
    (note,) = canvas(column="Practical 1: Final Score (77)").notes()
    assert "Canvas will drop the column 'Practical 1: Final Score (77)'" in note
    assert canvas(column="Practical 1: final project (77)").notes() == []


def test_canvas_takes_the_first_of_a_name_where_it_knows_neither_number_nor_login():
    namesakes = [Student("ann", "Anna", "Bach"), Student("bea", "Anna", "Bach", lms_user_id="101")]
    (note,) = canvas(*namesakes, Student("cem", "Cem", "Roe")).notes()
    assert "1 (ann)" in note
    assert canvas(namesakes[1], Student("cem", "Cem", "Roe")).notes() == []


@pytest.mark.parametrize(
    ("own", "late"),
    [
        ([{"due_date": EXTENDED}], 0),
        ([{"due_date": DUE}, {"due_date": EXTENDED}], 0),  # a group
        ([{"due_date": DUE}], DAY),
        ([None], DAY),  # as their page on the metadata has it
        ([{"due_date": None}], DAY),
        ([], DAY),
        ([{"due_date": "2026-11-29T18:00:00.000000+01:00"}], 2 * DAY),
    ],
)
def test_gradescope_says_an_extension_among_the_users_and_not_in_the_assignment(own, late):
    users = [{"email": "a@example.org"} | ({} if one is None else {"assignment": one}) for one in own]
    metadata = {"created_at": HANDED_IN, "assignment": {"due_date": DUE}, "users": users}
    assert with_metadata({"output": "", "tests": []}, metadata)[1] == late


def test_gradescope_may_run_an_autograder_with_the_python_of_an_old_image():
    ast.parse(RUN_AUTOGRADER, feature_version=(3, 6))  # Ubuntu 18.04's


@pytest.mark.parametrize("version", [0, 1])  # of Linux' control groups, newest first
def test_a_gradescope_container_with_too_little_memory_is_refused_and_no_student_blamed(
    tmp_path, monkeypatch, version
):
    files = [tmp_path / "memory.max", tmp_path / "memory.limit_in_bytes"]
    monkeypatch.setattr(on_gradescope, "MEMORY_LIMITS", files)
    monkeypatch.setattr(on_gradescope, "_start", lambda: pytest.fail("it began"))
    (tmp_path / "source" / "source" / "toy").mkdir(parents=True)
    (tmp_path / "source" / "source" / "toy" / "toy.ipynb").write_text("{}")
    files[version].write_text(f"{768 * 2**20}\n")
    with pytest.raises(PracticalsError, match="has 768 MB of memory"):
        on_gradescope.run(tmp_path)
    assert not (tmp_path / "results").exists()
    for enough in ("max", str(4 * 2**30), str(2**63 - 4096)):  # the last is version 1's word for no limit
        files[version].write_text(f"{enough}\n")
        with pytest.raises(pytest.fail.Exception, match="it began"):
            on_gradescope.run(tmp_path)
