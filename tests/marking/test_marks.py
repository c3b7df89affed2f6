"""Marks are nbgrader's own manual scores and comments; nothing is overwritten unseen; items reach many."""

import pytest
from essays import SCHEME
from nbgrader.api import Gradebook

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.marking.marks import (
    AGAIN,
    MARKED,
    OPEN,
    UNANSWERED,
    Mark,
    MarkedMeanwhile,
    Marks,
    StudentLeft,
)
from autograder.marking.questions import Question, questions
from autograder.marking.rubric import Item, RubricFile, item, points, put_together, read_apart
from autograder.practical.notebooks import read_notebook

FACTOR, REASON, LATE = (
    Item(1, "names the factor"),
    Item(2.5, "gives $n$ as the reason"),
    Item(-0.5, "too long"),
)
ITEMS = [FACTOR, REASON, LATE]


@pytest.fixture
def marks(course: Course):
    with course.gradebook.open() as book:
        yield Marks(book, "toy")


@pytest.fixture
def why(course: Course) -> Question:
    [question] = questions(read_notebook(course.source), course.config)
    return question


def in_gradebook(course: Course, student: str) -> tuple[float | None, str | None, bool]:
    """As plain nbgrader reads it."""
    with Gradebook(course.coursedir.db_url) as book:
        grade = book.find_grade("why", "toy", "toy", student)
        comment = book.find_comment("why", "toy", "toy", student)
        return grade.manual_score, comment.manual_comment, grade.needs_manual_grade


def test_the_question_with_its_scheme_and_model_answer(why):
    assert (why.title, why.max_score) == ("In words", 4)
    assert (why.asked, why.model) == ("## In words", "Because of n.")
    assert why.scheme == SCHEME
    assert why.scheme_items == [Item(3, "names $n$"), Item(1, "says why")]


def test_bullets_of_a_scheme_are_suggested_as_items():
    scheme = (
        "- 1 point: the variance\n  of a sum.\n- 0.5 points for less\n- nothing for more\n\n3 points at most"
    )
    question = Question("q", "Q", 3, "", "", scheme)
    assert question.scheme_items == [Item(1, "the variance of a sum"), Item(0.5, "less")]


def test_marks_by_name_with_their_standing(course, marks, why):
    with Gradebook(course.coursedir.db_url) as book:
        book.update_or_create_student("ann", first_name="Ann", last_name="Zuse")
    found = marks.all(why)
    assert [mark.student_id for mark in found] == ["bob", "cem", "silent", "ann"]
    assert [mark.standing for mark in found] == [OPEN, OPEN, UNANSWERED, OPEN]
    assert found[-1].name == "Zuse, Ann"


@pytest.mark.parametrize(
    ("typed", "score"), [("3", 3.0), ("1,5", 1.5), (" 0 ", 0.0), ("4", 4.0), ("2.", 2.0)]
)
def test_a_score_is_nbgraders_manual_score(course, marks, why, typed, score):
    mark = marks.give_score(why, "ann", typed, None)
    assert (mark.score, mark.standing) == (score, MARKED)
    assert in_gradebook(course, "ann") == (score, None, False)
    assert marks.give_score(why, "ann", "", score).standing == OPEN
    assert in_gradebook(course, "ann") == (None, None, True)


@pytest.mark.parametrize("typed", ["4.5", "-1", "three", "nan", "inf", ".", "1 2"])
def test_what_is_no_mark_is_one_sentence_and_nothing_is_lost(course, marks, why, typed):
    marks.give_score(why, "ann", "2", None)
    with pytest.raises(PracticalsError) as refused:
        marks.give_score(why, "ann", typed, 2.0)
    assert "\n" not in str(refused.value)
    assert in_gradebook(course, "ann") == (2.0, None, False)


def test_what_somebody_else_wrote_is_not_overwritten_unseen(course, marks, why):
    with Gradebook(course.coursedir.db_url) as book:  # in the Formgrader
        book.find_grade("why", "toy", "toy", "ann").manual_score = 2.0
        book.find_comment("why", "toy", "toy", "ann").manual_comment = "Theirs"
        book.db.commit()
    for change in (
        lambda: marks.give_score(why, "ann", "3", None),
        lambda: marks.give_text(why, "ann", "Mine", "", ITEMS),
        lambda: marks.tick(why, "ann", [0], Mark("ann", "", None, "", ""), ITEMS),
    ):
        with pytest.raises(MarkedMeanwhile, match="it has 2 points") as refused:
            change()
        assert (refused.value.mark.score, refused.value.mark.comment) == (2.0, "Theirs")
    assert in_gradebook(course, "ann")[:2] == (2.0, "Theirs")
    assert marks.give_score(why, "ann", "3", 2.0).score == 3.0  # the marker has seen it now


def test_a_change_that_was_saved_already_may_come_twice(marks, why):
    """A server that was killed may have saved what the browser does not know to be saved."""
    marks.give_score(why, "ann", "3", None)
    marks.give_text(why, "ann", "Good", "", ITEMS)
    assert marks.give_score(why, "ann", "3", None).score == 3.0
    assert marks.give_text(why, "ann", "Good", "", ITEMS).comment == "Good"


def test_a_student_who_left_is_one_sentence(course, marks, why):
    with Gradebook(course.coursedir.db_url) as book:
        book.remove_student("ann")
    for change in (
        lambda: marks.give_score(why, "ann", "3", None),
        lambda: marks.give_text(why, "ann", "Mine", "", ITEMS),
        lambda: marks.tick(why, "ann", [0], Mark("ann", "", None, "", ""), ITEMS),
    ):
        with pytest.raises(StudentLeft, match="does not have this student's essay"):
            change()
    assert [mark.student_id for mark in marks.all(why)] == ["bob", "cem", "silent"]


def test_a_mark_is_to_be_looked_at_when_the_answer_is_graded_again(course, marks, why):
    marks.give_score(why, "ann", "3", None)
    with Gradebook(course.coursedir.db_url) as book:  # as nbgrader's SaveAutoGrades does
        book.find_grade("why", "toy", "toy", "ann").needs_manual_grade = True
        book.db.commit()
    mark = marks.one(why, "ann")
    assert (mark.score, mark.standing) == (3.0, AGAIN)
    assert marks.give_text(why, "ann", "Better", "", ITEMS).standing == AGAIN  # a comment confirms no mark
    assert marks.give_score(why, "ann", "3", 3.0).standing == MARKED


# --- rubric -------------------------------------------------------------------------------------------------


def test_items_give_points_and_sentences_and_the_markers_own_words_stay(course, marks, why):
    mark = marks.give_text(why, "ann", "Well said.", "", ITEMS)
    mark = marks.tick(why, "ann", [1, 0], mark, ITEMS)
    comment = "- names the factor (+1)\n- gives $n$ as the reason (+2.5)\n\nWell said."
    assert in_gradebook(course, "ann") == (3.5, comment, False)
    mark = marks.tick(why, "ann", [1], mark, ITEMS)
    assert in_gradebook(course, "ann") == (2.5, "- gives $n$ as the reason (+2.5)\n\nWell said.", False)
    marks.tick(why, "ann", [], mark, ITEMS)
    assert in_gradebook(course, "ann") == (None, "Well said.", True)


@pytest.mark.parametrize(
    ("ticked", "score"),
    [([], None), ([0], 1), ([0, 1], 3.5), ([2], 3.5), ([0, 2], 0.5), ([0, 1, 3], 4), ([4], 0)],
)
def test_what_items_give_together(ticked, score):
    assert points(ticked, [*ITEMS, Item(9, "more than there is"), Item(-9, "more than all")], 4) == score


def test_a_comment_says_itself_which_items_it_has():
    for ticked in ([], [0], [2, 0], [0, 1, 2]):
        for text in ("", "Own words.\n\n- own list", "- names the factor"):
            assert read_apart(put_together(ticked, ITEMS, text), ITEMS) == (sorted(ticked), text)
    assert read_apart("- names the factor (+2)", ITEMS) == ([], "- names the factor (+2)")


def test_a_changed_item_changes_wherever_it_applies_and_scores_given_by_hand_stay(course, marks, why):
    for student in ("ann", "bob", "cem"):
        marks.tick(why, student, [0, 1], marks.one(why, student), ITEMS)
    marks.give_score(why, "bob", "4", 3.5)
    marks.tick(why, "cem", [2], marks.one(why, "cem"), ITEMS)
    assert marks.exchange(why, ITEMS, [FACTOR, Item(1, "hints at $n$"), LATE]) == 2
    comment = "- names the factor (+1)\n- hints at $n$ (+1)"
    assert in_gradebook(course, "ann") == (2.0, comment, False)
    assert in_gradebook(course, "bob") == (4.0, comment, False)
    assert in_gradebook(course, "cem") == (3.5, "- too long (−0.5)", False)


def test_an_item_that_is_none_any_more_leaves_what_it_gave(course, marks, why):
    marks.tick(why, "ann", [0, 1], marks.one(why, "ann"), ITEMS)
    assert marks.exchange(why, ITEMS, [None, REASON, LATE]) == 0
    assert in_gradebook(course, "ann")[0] == 3.5
    assert "names the factor" in (in_gradebook(course, "ann")[1] or "")


@pytest.mark.parametrize(
    ("number", "text"),
    [("x", "a sentence"), (1, ""), (1, "  \n"), (1, "a" * 501), (float("nan"), "a"), (1, None)],
)
def test_what_is_no_item_is_refused(number, text):
    with pytest.raises(PracticalsError):
        item(number, text)


def test_the_file_of_items(tmp_path):
    file = RubricFile(tmp_path / "marking" / "rubric.json")
    assert file.read("why") == []
    file.write("why", ITEMS)
    file.write("how", [FACTOR])
    assert file.read("why") == ITEMS
    for damaged in ("{", "[]", '{"why": [{"points": 1}]}', '{"why": [3]}'):
        file.path.write_text(damaged)
        with pytest.raises(PracticalsError, match="not a list of rubric items"):
            file.read("why")


def test_what_a_killed_server_wrote_without_an_answer_is_nobody_elses(marks, why):
    marks.give_score(why, "ann", "2", None)
    marks.give_text(why, "ann", "Half", "", [])
    assert marks.give_score(why, "ann", "2.5", None, tried="2").score == 2.5
    assert marks.give_text(why, "ann", "Half of it.", "", [], tried="Half").comment == "Half of it."
    with pytest.raises(MarkedMeanwhile):
        marks.give_score(why, "ann", "3", None, tried="2")  # somebody else's 2.5
    with pytest.raises(MarkedMeanwhile):
        marks.give_score(why, "ann", "3", None, tried="no number, and not written")
