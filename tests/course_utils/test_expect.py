"""A failed check says what, expected, got, cause, next step, and nothing that it must not."""

import linecache
import logging
import random
import re
import subprocess
import sys

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_utils import expect
from course_utils.expect import CheckFailed


def failure(check, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        check(*args, **kwargs)
    return caught.value


# --- what a message says ------------------------------------------------------------------------------------


def test_a_message_has_the_five_fields_in_order():
    error = failure(
        expect.equal,
        266_200,
        266_610,
        "the number of parameters",
        mistakes={"the biases are missing": 266_200},
        step="Count one bias for each unit of each layer.",
    )
    assert str(error).splitlines() == [
        "Checked:      the number of parameters",
        "Expected:     266,610",
        "Got:          266,200; the error is 410",
        "Likely cause: the biases are missing",
        "Next step:    Count one bias for each unit of each layer.",
    ]
    assert (error.checked, error.cause) == ("the number of parameters", "the biases are missing")


def test_only_the_mistake_that_gives_this_value_is_named():
    mistakes = {"the biases are missing": 266_200, "one layer is missing": 9}
    assert failure(expect.equal, 9, 266_610, "it", mistakes=mistakes).cause == "one layer is missing"
    assert failure(expect.equal, 10, 266_610, "it", mistakes=mistakes).cause is None


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (31_605, 31_805),
        (None, 31_805),
        (object(), 31_805),
        ("31.8", 31_805),
        ([31_605], 31_805),
        ([630, 1240, 122], (630, 1240, 123)),
        ({"W": 1.5, "b": 31_805}, {"W": 31_805, "b": 31_805}),
    ],
)
@pytest.mark.parametrize("check", [expect.equal, expect.close])
def test_an_answer_is_never_given_away(check, actual, expected):
    message = str(failure(check, actual, expected, "the count", describe="a count of parameters"))
    assert "a count of parameters" in message
    for secret in ("31,805", "31805", "200", "123", "error is", "differ"):
        assert secret not in message


def test_an_array_is_reported_with_shape_dtype_count_and_largest_error():
    expected = np.zeros((2, 3), np.float32)
    actual = expected.copy()
    actual[1, 2] = 0.25
    error = failure(expect.close, actual, expected, "the weights")
    assert error.got.startswith("array of shape (2, 3), float32: ")
    assert error.got.endswith("1 of 6 values differ, largest error 0.25 at [1, 2]")


@pytest.mark.parametrize(
    ("actual", "expected", "cause"),
    [
        (np.ones((3, 4)), np.ones((4, 3)), "transposed"),
        (np.ones((2, 3, 4)), np.ones((3, 2, 4)), "another order"),
        ([1.5], 1.5, "one element rather than a number"),
        ([1.5, 2.5], 1.5, "several numbers"),
        (1.5, [1.5, 2.5], "a single number"),
        ("1.5", 1.5, "leave out the quotes"),
        (True, 1, "True or False rather than a number"),
        ([float("nan"), 1.0], [0.0, 1.0], "NaN"),
        (float("inf"), 1.0, "an infinite value"),
        (None, 1.0, "is there a `return`?"),
        ([[1, 2], [3]], [[1, 2], [3, 4]], "mixed or uneven"),
        ({"W": 1}, {"W": 1, "b": 2}, "entries missing: 'b'"),
        ({"W": 1, "B": 2}, {"W": 1}, "entries not asked for: 'B'"),
        ({"W": 0, "b": 0, "c": 3}, {"W": 1, "b": 2, "c": 3}, "wrong entries: 'W', 'b'"),
        ("shirt ", "Shirt", "capitals or spaces"),
    ],
)
def test_common_mistakes_are_recognised_without_being_told(actual, expected, cause):
    assert cause in failure(expect.equal, actual, expected, "it").cause


def test_the_place_inside_a_larger_value_is_named():
    error = failure(expect.close, {"layers": ["a", (1, 2.5)]}, {"layers": ["a", (1, 2.0)]}, "it")
    assert "at ['layers'][1]" in error.got


def test_thresholds():
    expect.at_least(np.float32(0.75), 0.75, "the accuracy", figure="val_accuracy")
    expect.at_most(0, 0, "the loss")
    error = failure(expect.at_least, 0.8499, 0.85, "the accuracy", cause="too few epochs")
    assert (error.expected, error.got, error.cause) == ("at least 0.85", "0.8499", "too few epochs")
    assert failure(expect.at_most, 2, 1, "the loss").expected == "at most 1"
    for check in (expect.at_least, expect.at_most):
        assert "NaN" in failure(check, float("nan"), 0.5, "the loss").cause
        for no_number in ("0.9", True, [0.9], None, object()):
            failure(check, no_number, 0.5, "the loss")


def test_a_listener_hears_every_number_that_is_held_against_a_bound():
    heard: list[expect.Bound] = []
    with expect.listen(heard.append):
        expect.at_least(np.float32(0.75), 0.5, "the accuracy", figure="val_accuracy")
        failure(expect.at_most, 3, 2, "the loss")
        failure(expect.at_least, "much", 1, "the accuracy", figure="val_accuracy")
    expect.at_least(1.0, 0.5, "the accuracy")
    assert heard == [
        expect.Bound("at_least", 0.75, 0.5, "val_accuracy"),
        expect.Bound("at_most", 3.0, 2.0, None),
    ]


def test_shapes():
    expect.shape(np.ones((5, 3)), (None, 3), "the batch")
    expect.shape([[1, 2]], (1, 2), "the batch")
    assert "transposed" in failure(expect.shape, np.ones((5, 3)), (3, 5), "the batch").cause
    assert failure(expect.shape, np.ones((5, 3)), (None, 4), "the batch").expected == "the shape (any, 4)"
    assert failure(expect.shape, np.ones(5), (5, 1), "the batch").got == "the shape (5,)"
    expect.shape(10, (), "the count")
    assert failure(expect.shape, [10], (), "the count").expected == "a single number"
    assert "leave out the quotes" in failure(expect.shape, "10", (), "the count").cause
    assert "mixed or uneven" in failure(expect.shape, [[1], [1, 2]], (2, 1), "the batch").cause


def test_conditions():
    expect.true(np.True_, "it")
    for untrue in (False, 1, "yes", [True], object()):
        failure(expect.true, untrue, "it")
    error = failure(expect.true, False, "it", got=np.arange(3), expected="the numbers from 1")
    assert error.got == "array of shape (3,), int64: [0, 1, 2]"


def test_exceptions():
    def unanswered(*_):
        raise NotImplementedError("Exercise not answered yet: it")

    expect.raises(ValueError, int, "x", what="it")
    assert failure(expect.raises, ValueError, int, "3", what="it").got == "no exception; it returned 3"
    assert failure(expect.raises, KeyError, int, "x", what="it").got.startswith("ValueError: invalid literal")
    with pytest.raises(NotImplementedError):
        expect.raises(Exception, unanswered, 3, what="it")


# --- exercises in parts -------------------------------------------------------------------------------------


def run_exercise(*bodies, points=4, part_points=2):
    exercise = expect.exercise("Build the MLP", points=points)
    with exercise:
        for number, body in enumerate(bodies, 1):
            with exercise.part(f"part {number}", points=part_points):
                body()
    return exercise.score


def passes():
    expect.equal(1, 1, "one")


def fails():
    expect.equal(1, 2, "one")


def unanswered():
    raise NotImplementedError("Exercise not answered yet: Build the MLP")


def test_full_points_are_none_so_that_nbgrader_gives_the_cells_own(capsys):
    assert run_exercise(passes, passes) is None
    assert capsys.readouterr().out == "✓ part 1: 2 of 2 points\n✓ part 2: 2 of 2 points\n"


def test_full_points_without_the_hidden_parts():
    assert run_exercise(passes, points=4) is None


def test_partial_credit_is_the_sum_of_the_parts_that_passed():
    score = run_exercise(passes, fails)
    assert score == 2
    assert type(score) is int
    assert run_exercise(passes, fails, part_points=0.5) == 0.5


def test_no_point_earned_raises_one_friendly_line(capsys):
    error = failure(run_exercise, fails, unanswered)
    assert str(error) == "Build the MLP: 0 of 4 points; see above"
    assert error._render_traceback_() == [str(error)]
    assert "✗ part 1: 0 of 2 points\n  Checked:      one\n  Expected:     2\n" in capsys.readouterr().out


def test_a_format_part_that_passes_earns_nothing():
    failure(run_exercise, passes, fails, part_points=0)


@pytest.mark.parametrize("value", [..., None])
def test_an_unanswered_exercise_says_so(value, capsys):
    error = failure(run_exercise, unanswered, lambda: expect.equal(value, 3, "the count"))
    assert str(error) == "Build the MLP: 0 of 4 points; not answered yet"
    out = capsys.readouterr().out
    assert "✗ part 1: 0 of 2 points, not answered yet" in out
    assert "✗ part 2: 0 of 2 points, not answered yet" in out
    assert "Fill in the cell of “Build the MLP”" in " ".join(out.split())


parameter_count: int  # which nothing defines


def test_a_name_that_no_cell_defines_is_named(capsys):
    error = failure(run_exercise, lambda: parameter_count)  # noqa: F821
    assert error.unanswered
    assert "Fill in the cell that defines `parameter_count`" in capsys.readouterr().out


def test_exit_and_other_exceptions_fail_the_part_and_no_other(capsys):
    class Odd(BaseException):
        def __str__(self):
            raise RuntimeError

    def leaves():
        sys.exit(0)

    def raises_odd():
        raise Odd

    assert run_exercise(leaves, raises_odd, passes) == 2
    out = capsys.readouterr().out
    assert "Got:          SystemExit: 0" in out
    assert "Got:          Odd" in out


def test_an_error_between_the_parts_keeps_what_was_earned():
    with expect.exercise("it", points=4) as exercise:
        with exercise.part("first", points=2):
            passes()
        raise KeyError("x")
    assert exercise.score == 2


def test_an_interrupt_is_not_taken_for_a_failed_part():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_exercise(passes, interrupted)


def test_what_libraries_write_on_stderr_arrives_on_stdout(capfd):
    import os

    def noisy():
        print("a print", file=sys.stderr)
        os.write(2, b"a log line of compiled code\n")

    run_exercise(noisy)
    print("afterwards", file=sys.stderr)
    out, err = capfd.readouterr()
    assert err == "afterwards\n"
    assert "a print" in out
    assert "a log line of compiled code" in out


def test_lines_are_at_most_90_columns_wide(capsys):
    failure(run_exercise, lambda: expect.equal("word " * 40, "other " * 40, "long " * 40))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 8
    assert max(map(len, lines)) <= 90


# --- a student's errors -------------------------------------------------------------------------------------


def cells(test_source, *student_sources):
    """Run cells as a notebook does: one namespace, a file name each, sources in linecache."""
    namespace = {"expect": expect, "__name__": "__main__"}
    for number, source in enumerate([*student_sources, test_source]):
        filename = f"<cell {number}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        exec(compile(source, filename, "exec"), namespace)
    return namespace


TEST_CELL = """
with expect.exercise("Standardise", points=2) as exercise:
    with exercise.part("other values", points=1):
        pass
    with exercise.part("a constant pixel", points=1):
        SECRET = 12345
        standardise(SECRET - 12345)
"""


def test_an_error_is_shown_with_the_line_of_the_students_own_cell(capsys):
    student = "def standardise(x):\n    y = x + 1\n    return y / x\n"
    assert cells(TEST_CELL, student)["exercise"].score == 1
    out = capsys.readouterr().out
    (got,) = (" ".join(said.split()) for said in re.findall(r"Got:(.*?)Next step:", out, re.DOTALL))
    assert got == "ZeroDivisionError: division by zero, in `standardise`, line 3 of your cell: return y / x"
    assert "SECRET" not in out
    assert "with exercise" not in out


def test_a_students_own_undefined_name_is_an_error_and_not_a_missing_answer(capsys):
    cells(TEST_CELL, "def standardise(x):\n    return x - maen\n")
    out = capsys.readouterr().out
    assert "NameError: name 'maen' is not defined, in `standardise`, line 2 of your cell" in " ".join(
        out.split()
    )
    assert "not answered" not in out


def test_an_error_inside_a_library_points_to_the_students_line(capsys):
    cells(TEST_CELL, "import json\ndef standardise(x):\n    return json.loads('{')\n")
    assert "line 3 of your cell: return json.loads('{')" in " ".join(capsys.readouterr().out.split())


def test_the_note_of_an_error_from_another_process_says_the_line(capsys):
    def remote():
        error = ValueError("bad")
        error.add_note("in `f`, line 2 of your cell: g()")
        raise error

    failure(run_exercise, remote)
    assert "Got:          ValueError: bad, in `f`, line 2 of your cell: g()" in capsys.readouterr().out


def test_a_wrong_signature_is_recognised(capsys):
    cells(TEST_CELL, "def standardise():\n    return 0\n")
    assert "the function's parameters are not those" in capsys.readouterr().out


# --- the notebook around it ---------------------------------------------------------------------------------

GRADED = {
    "full": ("passes()", "passes()", 4),
    "half": ("passes()", "fails()", 2),
    "none": ("fails()", "fails()", 0),
    "unanswered": ("unanswered()", "undefined_name", 0),
    "noisy": ("import os, sys; os.write(2, b'log'); sys.stderr.write('log'); passes()", "passes()", 4),
}


@pytest.fixture(scope="module")
def executed():
    """The graded cells above after a real kernel ran them."""
    from nbclient import NotebookClient

    setup = """
from course_utils import expect
def passes(): expect.equal(1, 1, "one")
def fails(): expect.equal(1, 2, "one")
def unanswered(): raise NotImplementedError("Exercise not answered yet: it")
"""
    notebook = new_notebook(cells=[new_code_cell(setup)])
    for first, second, _ in GRADED.values():
        source = f"""with expect.exercise("It", points=4) as exercise:
    with exercise.part("visible", points=2):
        {first}
    with exercise.part("hidden secret", points=2):
        {second}
exercise.score"""
        metadata = {"nbgrader": {"grade": True, "solution": False, "points": 4}}
        notebook.cells.append(new_code_cell(source, metadata=metadata))
    notebook.cells.append(new_code_cell('expect.equal(1, 2, "one")'))
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return notebook


def test_stock_nbgrader_gives_the_points_that_the_parts_earned(executed):
    from nbgrader.utils import determine_grade

    for cell, (_, _, points) in zip(executed.cells[1:-1], GRADED.values(), strict=True):
        assert determine_grade(cell) == (points, 4)


def test_a_notebook_shows_no_traceback_and_no_source_of_a_test(executed):
    outputs = [output for cell in executed.cells[1:] for output in cell.outputs]
    errors = [output for output in outputs if output.output_type == "error"]
    assert [error.ename for error in errors] == ["CheckFailed"] * 3
    assert errors[0].traceback == ["It: 0 of 4 points; see above"]
    assert errors[1].traceback == ["It: 0 of 4 points; not answered yet"]
    assert errors[2].traceback[0] == "Checked:      one"
    shown = str(outputs)
    assert "Traceback" not in shown
    assert "exercise.part" not in shown
    assert "\\x1b" not in shown


# --- random state -------------------------------------------------------------------------------------------


def test_random_state_is_left_as_it_was_found():
    import keras

    tf = pytest.importorskip("tensorflow")

    def draws():
        return [
            random.random(),
            np.random.rand(),
            float(keras.random.normal(())),
            float(tf.random.uniform(())),
            float(tf.random.shuffle(tf.range(1000.0))[0]),
            keras.initializers.GlorotUniform()((2, 2)).numpy().sum(),
        ]

    keras.utils.set_random_seed(7)
    draws()
    expected = [draws(), draws()]

    keras.utils.set_random_seed(7)
    draws()
    got = [draws()]
    for seed in (None, 11, 7):
        with expect.exercise("it", points=1):
            if seed is not None:
                keras.utils.set_random_seed(seed)
            draws()
    got.append(draws())
    assert got == expected


def test_checks_and_run_logs_do_not_wait_for_tensorflow():
    script = """
import sys
import course_utils
from course_utils import data, expect, runs, training
with expect.exercise("it", points=1) as exercise, exercise.part("it", points=1):
    expect.close([1.0], [1.0], "it")
runs.compare("no such folder")
data.find("fashion_mnist")
assert training.seeds(2)
assert not {"tensorflow", "keras"} & set(sys.modules), "imported"
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_tensorflows_notes_do_not_bury_the_feedback(capsys):
    log = logging.getLogger("tensorflow")
    before = log.level
    with expect.exercise("Quiet", points=1) as exercise, exercise.part("it", points=1):
        assert not log.isEnabledFor(logging.WARNING)
        assert log.isEnabledFor(logging.ERROR)
    assert log.level == before
