"""Strangers' values become plain ones, or nothing."""

import numpy as np
import pytest

from course_utils import values


class Liar:
    """Equals everything, and claims to be every number."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __array__(self, dtype=None, copy=None):
        return np.array(1.0)

    def __float__(self):
        return 1.0

    __int__ = __index__ = lambda self: 1

    def __repr__(self):
        raise RuntimeError("nobody may ask")


class LyingFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__

    def __float__(self):
        return 1.0


class LyingInt(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__

    def __int__(self):
        return 1

    __index__ = __int__


class LyingText(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__

    def __str__(self):
        return "right"


class LyingList(list):
    def __eq__(self, other):
        return True

    def __iter__(self):
        return iter([1.0])

    def __len__(self):
        return 1


class LyingDict(dict):
    def __eq__(self, other):
        return True

    def items(self):
        return [("a", 1.0)]

    def __getitem__(self, key):
        return 1.0


class LyingArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(np.shape(other), bool)

    def __array__(self, *args, **kwargs):
        return np.ones(1)


class LyingMeta(type):
    def __instancecheck__(cls, instance):
        return True

    def __subclasscheck__(cls, subclass):
        return True

    @property
    def __mro__(cls):
        return (float, object)


class LyingClass(metaclass=LyingMeta):
    @property  # type: ignore[misc]  # typeshed lets the class of an object be set; this lie cannot be
    def __class__(self):
        return float

    def __float__(self):
        return 1.0


# each with what it would have to equal to pass
LIARS = [
    (Liar(), 1.0),
    (LyingFloat(7.0), 1.0),
    (LyingInt(7), 1),
    (LyingText("wrong"), "right"),
    (LyingList([7.0]), [1.0]),
    (LyingDict(a=7.0), {"a": 1.0}),
    (np.zeros(1).view(LyingArray), np.ones(1)),
    (np.array([Liar()], dtype=object), np.ones(1)),
    ([Liar()], [1.0]),
    ({"a": Liar()}, {"a": 1.0}),
    (LyingClass(), 1.0),
]


def differ(actual, expected, **tolerance):
    try:
        return values.difference(values.plain(actual), values.plain(expected), **tolerance) is not None
    except values.NotPlainError:
        return True


@pytest.mark.parametrize(("liar", "truth"), LIARS, ids=lambda value: type(value).__name__)
def test_an_object_that_claims_to_equal_everything_equals_nothing(liar, truth):
    assert differ(liar, truth)
    assert differ(liar, truth, rtol=0.1, atol=0.1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (np.True_, True),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        ((1, (2.0, "a")), [1, [2.0, "a"]]),
        (range(3), [0, 1, 2]),
        ({"a": (1,)}, {"a": [1]}),
        ({(1, 2): 3}, {(1, 2): 3}),
        (frozenset({"a"}), {"a"}),
        (np.dtype("float32"), "float32"),
        (np.float32, "float32"),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([1, None], dtype=object), [1, None]),
        (None, None),
        (..., ...),
    ],
)
def test_ordinary_values_become_plain(value, expected):
    plain = values.plain(value)
    assert plain == expected
    assert type(plain) is type(expected)


@pytest.mark.parametrize(
    "value", [object(), len, int, b"bytes", np.datetime64("2020-01-01"), {"a": object()}]
)
def test_other_objects_are_refused_by_their_type(value):
    with pytest.raises(values.NotPlainError):
        values.plain(value)


def test_tensors_of_the_backend_in_use_become_arrays():
    import keras

    grid = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    for tensor in (keras.Variable(grid), keras.ops.convert_to_tensor(grid), 2 * keras.Variable(grid) / 2):
        plain = values.plain(tensor)
        assert type(plain) is np.ndarray
        np.testing.assert_array_equal(plain, grid)
    assert values.plain(keras.ops.convert_to_tensor(grid, "bfloat16").dtype) == "bfloat16"
    with pytest.raises(values.NotPlainError, match="symbolic"):
        values.plain(keras.Input((3,)))


def test_a_list_that_contains_itself_is_refused():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(values.NotPlainError, match="nested"):
        values.plain(endless)


def test_tensors_variables_and_dtypes_of_keras_become_arrays_and_names():
    import keras

    tf = pytest.importorskip("tensorflow")
    grid = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    for tensor in (
        tf.constant(grid),
        tf.Variable(grid),
        keras.Variable(grid),
        keras.ops.convert_to_tensor(grid),
    ):
        plain = values.plain(tensor)
        assert type(plain) is np.ndarray
        np.testing.assert_array_equal(plain, grid)
    assert values.plain(tf.float32) == "float32"
    assert values.plain(tf.constant(grid, tf.bfloat16)).dtype == np.float32
    with pytest.raises(values.NotPlainError, match="symbolic"):
        values.plain(keras.Input((3,)))


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (784.0, 784),
        ([1, 2], (1, 2)),
        ([1, 2], np.array([1.0, 2.0])),
        (np.array([[1], [2]]), [[1], [2]]),
        (float("nan"), float("nan")),
        ([np.inf, -np.inf], [np.inf, -np.inf]),
        (np.array(5), 5),
        ({"a": [1, 2], "b": "x"}, {"b": "x", "a": (1, 2)}),
        ([[1, 2], [3]], [[1, 2], [3]]),
        ({"a", "b"}, {"b", "a"}),
        ([], ()),
        (10**30, 10**30),
        (4**50, 4.0**50),
        (10**400, np.inf),
    ],
)
def test_equal_values_have_no_difference(actual, expected):
    assert not differ(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (True, 1),
        (1, True),
        ([True], [1]),
        (1, "1"),
        ("a", "b"),
        ([1, 2], [2, 1]),
        ([1, 2], [1, 2, 3]),
        ([1], 1),
        (1, [1]),
        (np.nan, 1.0),
        (np.inf, -np.inf),
        (np.inf, 1e300),
        (10**300, np.inf),
        (4**50, 4**51),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        (0, None),
        ({"a"}, {"b"}),
        ([None], [1]),
    ],
)
def test_different_values_have_a_difference(actual, expected):
    assert differ(actual, expected)


def test_tolerances_are_those_of_the_docstring():
    # powers of two: the bound itself is exact in floating point
    assert not differ(1.25, 1.0, rtol=0.125, atol=0.125)
    assert differ(1.25 + 2**-50, 1.0, rtol=0.125, atol=0.125)
    assert not differ(-1.25, -1.0, rtol=0.125, atol=0.125)
    assert differ(1.0, np.inf, rtol=0.1, atol=0.1)
    assert differ(-np.inf, np.inf, rtol=0.1, atol=0.1)
    assert differ(np.float32(0.1), 0.1)
    assert not differ(np.float32(0.1), 0.1, rtol=1e-6)


def test_small_unsigned_integers_do_not_wrap_round():
    found = values.difference(np.array([255], np.uint8), np.array([0], np.uint8), atol=2)
    assert found is not None
    assert "largest error 255" in str(found.distance)


def test_a_number_is_written_in_full_where_the_short_form_would_hide_the_difference():
    found = values.difference(0.1 + 0.2, 0.3)
    assert found is not None
    assert found.got == "0.30000000000000004"


def test_control_sequences_of_a_string_are_not_passed_on():
    assert values.clean("\x1b[31mred\x1b[0m\n\n two") == "[31mred [0m two"
    assert len(values.clean("x" * 10_000)) == 300
