"""Which outputs count as what a test cell handed on, and which cells an older version graded."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from autograder.practical.testcells import result_of, was_graded_before_results
from course_utils.results import FAILED, PASSED, RESULT_TYPE, ExerciseResult, part_result

SOURCE = 'with expect.exercise("It", points=1) as exercise, exercise.part("a", points=1):\n    check()'
PASSES = ExerciseResult("It", 1, 1, (part_result("a", 1, PASSED),))
FAILS = ExerciseResult("It", 0, 1, (part_result("a", 1, FAILED, cause="it is wrong"),))
TEST = {"grade": True, "solution": False, "locked": True, "grade_id": "it-test", "points": 1}
ANSWER = {"grade": False, "solution": True, "locked": False, "grade_id": "it"}
TEXT = new_output("stream", text="✓ a: 1 of 1 point\n")
FAILURE = new_output("error", ename="CheckFailed", evalue="It: 0 of 1 point; see above", traceback=[])
TOO_SLOW = new_output("error", ename="CellTimeLimit", evalue="too slow", traceback=[])


def handed_on(result):
    return new_output("display_data", {RESULT_TYPE: result.as_data(), "text/html": ""})


def cell(*outputs, source=SOURCE, nbgrader=TEST):
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


@pytest.mark.parametrize("result", [PASSES, FAILS])
def test_the_result_of_a_test_cell(result):
    assert result_of(cell(TEXT, handed_on(result), FAILURE)) == result


@pytest.mark.parametrize(
    "other",
    [
        cell(handed_on(PASSES), nbgrader=ANSWER),
        cell(handed_on(PASSES), nbgrader=None),
        cell(handed_on(PASSES), source="assert it == 1"),
        cell(handed_on(PASSES), source=SOURCE.replace("It", "Another")),
        cell(handed_on(PASSES), handed_on(FAILS)),
        cell(new_output("execute_result", {RESULT_TYPE: PASSES.as_data()})),
        cell(new_output("display_data", {RESULT_TYPE: "passed"})),
    ],
)
def test_what_is_not_the_cells_own_alone_is_no_result(other):
    assert result_of(other) is None


@pytest.mark.parametrize(
    ("graded", "before"),
    [
        (cell(TEXT), True),
        (cell(TEXT, FAILURE), True),
        (cell(TEXT, handed_on(PASSES)), False),
        (cell(TEXT, TOO_SLOW), False),
        (cell(TEXT, source="assert it == 1"), False),
        (cell(TEXT, nbgrader=ANSWER), False),
    ],
)
def test_cells_that_a_former_version_graded(graded, before):
    assert was_graded_before_results(graded, result_of(graded)) == before
