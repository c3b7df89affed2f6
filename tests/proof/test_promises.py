"""`practicals audit --promises`: what a function promises of its arguments, and no call of a test varies."""

import numpy as np
import pytest
from author_course import CELLS, QUIET, new_course

from autograder.proof.calls import Call, argument, listening
from autograder.proof.promises import broken, functions, promises_all

SCALE = """
def scaled(x, factor, how="times", offset=None):
    \"\"\"The array `x`, scaled.

    Args:
        x: array of shape (n, units).
        factor: a number.
        how: "times" or "divide".
        offset: array of shape (units,), or None.
    \"\"\"
    return x * factor
"""


def complaints(*calls: tuple, source: str = SCALE) -> list[str]:
    """What the function promises, and these calls, each of positional and named arguments, do not vary."""
    names: dict = {"np": np}
    exec(source, names)
    (promised,) = functions(source, {})
    heard: list[Call] = []
    function = listening(names[promised.name], heard, set())
    for args, kwargs in calls:
        function(*args, **kwargs)
    return list(broken(promised, heard))


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape)


VARIED = [
    ((ones(2, 3), 2.0), {}),
    ((ones(4, 5), 3.0), {"how": "divide", "offset": ones(5)}),
    ((ones(4, 5), 3.0), {"how": "times", "offset": ones(5)}),
]


def test_calls_that_vary_all_that_is_promised_are_enough():
    assert complaints(*VARIED) == []


@pytest.mark.parametrize(
    ("calls", "complaint"),
    [
        ([], "no test calls scaled"),
        ([VARIED[0], ((ones(3, 4), 2.0), VARIED[1][1])], "scaled: `factor` is the same in every call (2.0)"),
        ([VARIED[1], VARIED[2]], "scaled: no call leaves `how` to its default of 'times'"),
        ([VARIED[0], VARIED[2]], 'scaled: `how` is never "divide"'),
        ([VARIED[0], ((ones(2, 3), 1.0), VARIED[1][1])], "scaled: the axis n has 2 entries in every call"),
        (
            [((ones(3, 3), 2.0), {}), ((ones(4, 4), 3.0), VARIED[1][1])],
            "scaled: the axes n and units have equal sizes in every call",
        ),
    ],
)
def test_a_promise_that_no_call_varies_is_told(calls, complaint):
    found = complaints(*calls)
    assert complaint in found, found


def test_shapes_of_any_number_of_axes_need_more_than_one():
    source = SCALE.replace("(n, units)", "(n, …)")
    assert "scaled: `x` is promised as (n, …), and has always 2 axes" in complaints(*VARIED, source=source)
    assert not any("…" in one for one in complaints(*VARIED, ((ones(2, 3, 4), 1.0), {}), source=source))


def test_what_another_function_says_counts_where_the_docstring_refers_to_it():
    other = SCALE.replace("scaled", "other").replace("array of shape (n, units)", "as in `scaled`")
    (first,) = functions(SCALE, {})
    (second,) = functions(other, {"scaled": first})
    assert first.said == second.said
    assert [one.said for one in functions(SCALE + other, {})] == [first.said, first.said]
    (alone,) = functions(other, {})
    assert alone.said["x"] == "as in `scaled`."


def test_arguments_are_told_apart_by_value_shape_and_kind():
    different = [
        1,
        1.0,
        True,
        None,
        "1",
        [1],
        [1, 1],
        ones(1),
        ones(1, 1),
        ones(1).astype("float32"),
        {"a": 1},
    ]
    assert len({argument(value).what for value in different}) == len(different)
    assert argument(ones(2, 3)).what == argument(ones(2, 3)).what
    assert argument([ones(2), 3]).items == ((2,), None)


def test_calls_from_the_answer_itself_do_not_count():
    names: dict = {}
    exec(
        compile("def inner(x):\n    return x\n\ndef outer(x):\n    return inner(x)\n", "<answer>", "exec"),
        names,
    )
    heard: list[Call] = []
    names["inner"] = listening(names["inner"], heard, {"<answer>"})
    names["outer"](1)
    assert heard == []
    names["inner"](2)
    assert [call.given["x"].what for call in heard] == ["2"]


@pytest.mark.slow
def test_a_practical_whose_test_calls_with_one_value_is_told_by_exercise(tmp_path):
    course = new_course(tmp_path / "course")
    course.write(figure="", record="", figure_test="")
    (report,) = promises_all(course.root, ["toy"], QUIET, workers=1)
    assert report.findings == []
    assert report.counts == {"functions": 1, "calls": 40}  # 20 runs of a test that calls twice
    course.write(
        add_test=CELLS["add-test"].replace("add(-17, 4), -13", "add(1, 4), 5"),
        figure="",
        record="",
        figure_test="",
    )
    (report,) = promises_all(course.root, ["toy"], QUIET, workers=1)
    assert [(one.kind, one.where, one.what) for one in report.findings] == [
        ("promise", "add", "add: `a` is the same in every call (1)")
    ]
