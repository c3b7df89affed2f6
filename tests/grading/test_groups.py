"""Groups: one hand-in, executed once; a mark and a page for each member; bad input is one line."""

import csv
from concurrent.futures import Future

import pytest
from graded_class import by_student, graded, scores
from nbgrader.api import Gradebook
from toy_course import GOOD, HALF_SQUARE, ToyCourse

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading import run
from autograder.grading.course import Course
from autograder.grading.groups import FILE
from autograder.grading.record import recorded_groups
from autograder.marking.marks import Marks
from autograder.marking.server import Marking
from autograder.reporting.export import export
from autograder.reporting.handback import hand_back

ROWS = "group,student\nblue,ann\nblue,ben\nred,carl\nred,dora\n"


def write_groups(toy: ToyCourse, text: str = ROWS) -> None:
    write_atomically(toy.submitted / FILE, text)


def course_of(toy: ToyCourse) -> Course:
    return Course(toy.root, "toy", toy.root / "out", toy.submitted)


@pytest.fixture
def groups(toy):
    """Blue hands in under its name, red under that of a member, and one student alone."""
    write_groups(toy)
    toy.submit("blue", {**GOOD, "square": HALF_SQUARE}, timestamp="2025-11-30 18:00:00 UTC")
    toy.submit("dora", GOOD)
    toy.submit("eva")
    return toy


def test_a_hand_in_that_cannot_be_executed_is_told_of_each_member(groups, monkeypatch):
    def failed(students, job, workers):
        for student in students:
            future: Future = Future()
            future.set_exception(RuntimeError("an unforeseen error"))
            yield student, future

    monkeypatch.setattr(run, "start_early", lambda **_: None)
    monkeypatch.setattr(run, "execute_all", failed)
    class_ = graded(groups)
    assert sorted(class_.executed) == ["ann", "ben", "carl", "dora", "eva"]
    assert not any(one.graded for one in class_.results)


def test_one_hand_in_is_executed_once_and_recorded_for_each_member(groups, monkeypatch):
    executed = []
    execute_all = run.execute_all

    def counted(students, job, workers):
        executed.extend(students)
        return execute_all(students, job, workers)

    monkeypatch.setattr(run, "execute_all", counted)
    results = by_student(graded(groups))
    assert len(executed) == 3
    assert {name: one.score for name, one in results.items()} == {
        "ann": 3, "ben": 3, "carl": 5, "dora": 5, "eva": 0,
    }  # fmt: skip
    assert scores(results["ann"]) == scores(results["ben"])
    with Gradebook(f"sqlite:///{groups.root / 'out' / 'gradebook.db'}") as book:
        assert sorted(one.student.id for one in book.assignment_submissions("toy")) == sorted(results)
        assert (
            len(
                {
                    one.timestamp
                    for one in book.assignment_submissions("toy")
                    if one.student.id in ("ann", "ben")
                }
            )
            == 1
        )
    course = course_of(groups)
    for name, group in (("ann", "blue"), ("ben", "blue"), ("carl", "red")):
        page = course.page(name).read_text()
        assert f"feedback for {name}" in page
        assert f"Handed in by the group {group}." in page
    assert "group" not in course.page("eva").read_text()
    assert sorted(path.name for path in course.collected.glob("[!.]*")) == sorted(results)
    [file] = export(course, "nbgrader", groups.root / "export").files
    assert {row["student_id"] for row in csv.DictReader(file.open())} == set(results)
    assert sorted(hand_back(course, groups.root / "pages").students) == sorted(results)

    executed.clear()
    assert graded(groups).executed == []
    groups.submit("blue", GOOD)  # handed in again
    again = graded(groups)
    assert len(executed) == 1
    assert sorted(again.executed) == ["ann", "ben"]
    assert by_student(again)["ben"].score == 5


def test_groups_of_one_practical_are_not_those_of_another(toy, without_kernels):
    (toy.root / "source" / "other").mkdir()
    (toy.root / "source" / "other" / "other.py").write_text("")
    write_groups(toy, "practical;group;student\nother;blue;ann\nother;blue;ben\n;red;ann\n;red;carl\n")
    toy.submit("ann", GOOD)
    assert sorted(by_student(graded(toy))) == ["ann", "carl"]


def test_the_same_notebook_of_each_member_is_one_hand_in(toy, without_kernels):
    write_groups(toy)
    toy.submit("ann", GOOD)
    toy.submit("ben", GOOD)
    results = by_student(graded(toy))
    assert all(results[name].graded for name in ("ann", "ben"))


def test_different_hand_ins_of_a_group_are_one_line_and_the_others_are_graded(toy, without_kernels):
    write_groups(toy)
    toy.submit("ann", GOOD)
    toy.submit("blue", {**GOOD, "why": "Because."})
    toy.submit("carl", GOOD)
    before = {path: path.read_bytes() for path in toy.submitted.rglob("*.ipynb")}
    results = by_student(graded(toy))
    for name in ("ann", "ben"):
        assert results[name].status == "not graded: the group 'blue' handed in different notebooks: blue, ann"
    assert results["dora"].graded
    assert {path: path.read_bytes() for path in toy.submitted.rglob("*.ipynb")} == before


def test_what_cannot_be_graded_is_said_of_each_member(toy, without_kernels):
    write_groups(toy)
    (toy.folder("blue") / "toy.ipynb").write_text("{")
    toy.submit("carl", GOOD)
    results = by_student(graded(toy))
    assert results["ann"].status == results["ben"].status
    assert "not a notebook" in results["ann"].status


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("group,student\nblue,ann\nred,ann\n", "line 3: 'ann' is in the group 'blue' already"),
        (
            "group,student\nblue,ann\nblue,stranger\n",
            "line 3: 'stranger' of the group 'blue' is not in the class",
        ),
        ("group,student\nblue,ann\nann,ben\n", "'ann' is a group and a student"),
        ("group,student\nblue,\n", "line 2: a group and a student are needed"),
        ("group,student\nblue,../ann\n", "line 2: nbgrader cannot use the student id"),
        ("team,who\nblue,ann\n", "has no columns group and student"),
        ('group,student\nblue,"ann\n', "line 2: it has a quotation mark"),
        ("", "has no columns group and student"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_lost(toy, without_kernels, practicals, text, said):
    toy.submit("ann", GOOD)
    toy.submit("ben", GOOD)
    (toy.submitted / FILE).unlink(missing_ok=True)
    graded(toy)
    files = {path: path.read_bytes() for path in (toy.root / "out").rglob("*") if path.is_file()}
    write_groups(toy, text)
    with pytest.raises(PracticalsError) as caught:
        graded(toy)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert {path: path.read_bytes() for path in files} == files


def test_a_class_list_makes_a_stranger_known(toy, without_kernels):
    toy.submit("ann", GOOD)
    graded(toy)
    write_groups(toy)
    with pytest.raises(PracticalsError, match="'ben' of the group 'blue' is not in the class list"):
        graded(toy)
    with course_of(toy).gradebook.open() as book:
        for name in ("ben", "carl", "dora"):
            book.update_or_create_student(name)
    assert by_student(graded(toy))["ben"].graded


def test_a_group_is_marked_once_and_each_member_has_the_mark(toy, without_kernels):
    write_groups(toy)
    toy.submit("blue", {**GOOD, "why": "Because of us."})
    toy.submit("eva", {**GOOD, "why": "Because of me."})
    graded(toy)
    course = course_of(toy)
    groups = recorded_groups(course.autograded, "toy")
    assert groups == {"ann": "blue", "ben": "blue"}
    with course.gradebook.open() as book:
        marks = Marks(book, "toy", groups)
        marking = Marking(course, marks, blind=False)
        why = marking.question("why")
        assert [one.label for one in marking.essays(why)] == ["ann, group blue", "eva"]
        marks.give_score(why, "ann", "3", None)
        marks.give_text(why, "ann", "Read more.", "", [])
        assert {mark.student_id: (mark.score, mark.comment) for mark in marks.all(why)} == {
            "ann": (3, "Read more."),
            "ben": (3, "Read more."),
            "eva": (None, ""),
        }
        assert marking.left() == 1
        # a mark of one's own, given in the Formgrader, stays
        book.find_grade("why", "toy", "toy", "ben").manual_score = 1.0
        book.db.commit()
        assert [one.label for one in marking.essays(why)] == ["ann, group blue", "ben, group blue", "eva"]
        marks.give_score(why, "ann", "4", 3.0)
        assert [mark.score for mark in marks.all(why)] == [4, 1, None]
