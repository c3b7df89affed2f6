"""What checks hand on as data: its fields, its way through JSON and back, and what is not a result."""

import json

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course_utils import expect
from course_utils.results import (
    FAILED,
    LONGEST,
    PASSED,
    RESULT_TYPE,
    UNANSWERED,
    ExerciseResult,
    from_data,
    part_result,
)
from course_utils.shown import as_html, as_text

RESULT = ExerciseResult(
    "Build",
    1.5,
    4,
    (
        part_result("the layers", 1.5, PASSED),
        part_result("rest", 2.5, FAILED, what="it", expected="1", got="2", line="in `f`, line 1", step="Do."),
    ),
)
CELL = """with expect.exercise("Add", points=4) as exercise:
    with exercise.part("small numbers", points=1):
        drawn = 12.345
        expect.equal(add(1, 2), 3, "1 + 2")
    with exercise.part("large numbers", points=2):
        expect.equal(add(100, 1), 101, "100 + 1", mistakes={"only the first is taken": 100}, step="Add.")
    with exercise.part("errors", points=1):
        expect.equal(add("", None), "", "text")
exercise.score"""
ADD = "from course_utils import expect\ndef add(a, b):\n    return a + b if a + b < 50 else a"


def test_data_come_back_as_they_went():
    assert from_data(json.loads(json.dumps(RESULT.as_data()))) == RESULT


def test_a_part_that_passed_holds_its_title_points_and_state_alone():
    passed = RESULT.as_data()["parts"][0]
    assert passed == {"title": "the layers", "points": 1.5, "state": "passed"}


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"title": 5},
        {"earned": "4"},
        {"points": True},
        {"parts": None},
        {"parts": [{"title": "x", "points": 1}]},
        {"parts": [{"title": "x", "points": 1, "state": "perfect"}]},
        {"parts": [{"title": "x", "points": 1, "state": "passed", "html": "<b>"}]},
        {"parts": [{"title": "x", "points": 1, "state": "failed", "cause": ["a"]}]},
    ],
)
def test_what_has_another_form_is_no_result(change):
    assert from_data(RESULT.as_data() | change) is None


@pytest.mark.parametrize("data", [None, 1, "passed", [], {}, [[1, 2]]])
def test_no_data_are_no_result(data):
    assert from_data(data) is None


def test_long_strings_are_cut_and_control_characters_left_out_wherever_they_come_from():
    data = RESULT.as_data()
    data["parts"][1]["got"] = "\x1b[31mred\n" + "a" * 10_000
    result = from_data(data)
    assert result is not None
    got = result.parts[1].got
    assert got is not None
    assert len(got) == LONGEST
    assert got.startswith("[31mred aaa")
    assert got.endswith("a…")


def test_the_text_of_a_part():
    assert str(RESULT).splitlines() == [
        "✓ the layers: 1.5 of 1.5 points",
        "✗ rest: 0 of 2.5 points",
        "  Checked:      it",
        "  Expected:     1",
        "  Got:          2, in `f`, line 1",
        "  Next step:    Do.",
    ]
    assert str(part_result("form", 0, UNANSWERED)) == "✗ form, not answered yet"


# --- from a test cell ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def executed():
    """Cells after a kernel ran them: the student's, the test, the test with an interrupt in it."""
    interrupted = CELL.replace('expect.equal(add("", None), "", "text")', "raise KeyboardInterrupt")
    cells = [new_code_cell(source) for source in (ADD, CELL, interrupted)]
    notebook = new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return notebook.cells


def test_a_test_cell_hands_on_what_it_checked_before_its_score(executed):
    kinds = [output.output_type for output in executed[1].outputs if output.output_type != "stream"]
    assert kinds == ["display_data", "execute_result"]
    (shown,) = (output for output in executed[1].outputs if output.output_type == "display_data")
    assert set(shown.data) == {RESULT_TYPE, "text/html", "text/plain"}
    result = from_data(shown.data[RESULT_TYPE])
    assert result is not None
    assert (result.title, result.earned, result.points) == ("Add", 1, 4)
    small, large, errors = result.parts
    assert [small.state, large.state, errors.state] == [PASSED, FAILED, FAILED]
    assert (large.what, large.expected, large.cause, large.step) == (
        "100 + 1", "101", "only the first is taken", "Add.",
    )  # fmt: skip
    assert str(large.got).startswith("100")
    assert str(errors.got).startswith("TypeError: ")
    assert errors.line == "in `add`, line 3 of your cell: return a + b if a + b < 50 else a"


def test_the_data_say_what_is_shown_and_nothing_is_printed_beside_it(executed):
    assert all(output.output_type != "stream" for output in executed[1].outputs)
    (shown,) = (output for output in executed[1].outputs if output.output_type == "display_data")
    result = from_data(shown.data[RESULT_TYPE])
    assert result is not None
    assert shown.data["text/plain"] == as_text(result)
    assert shown.data["text/html"] == as_html(result)


def test_a_cell_that_was_interrupted_hands_on_nothing_and_says_what_it_had_found(executed):
    assert [output.output_type for output in executed[2].outputs] == ["stream", "error"]
    said = executed[2].outputs[0].text.splitlines()
    assert [line for line in said if not line.startswith(" ")] == [
        "✓ small numbers: 1 of 1 point",
        "✗ large numbers: 0 of 2 points",
    ]


def test_outside_a_notebook_nothing_is_published(capsys):
    with expect.exercise("it", points=1) as exercise, exercise.part("a part", points=1):
        pass
    assert capsys.readouterr().out == "✓ a part: 1 of 1 point\n"
    assert exercise.result == ExerciseResult("it", 1, 1, (part_result("a part", 1, PASSED),))
