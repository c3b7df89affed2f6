"""Values from strangers as plain numbers, strings, lists, dicts and arrays, and where two of them differ.

Nothing here asks an object what it is or whether it equals another: it goes by `type(value)` and by the
methods of the built-in classes, so that an object which claims to be anything, or to equal everything, gains
nothing.
"""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

MAX_DEPTH = 16  # of nested lists and dicts
SHOWN_ENTRIES = 8  # of a list, dict or set
NAN = "NaN (not a number) among the values"
NAN_STEP = "Look for a division by zero, 0 · inf, or the logarithm or root of a negative number."
INFINITE = "an infinite value"
INFINITE_STEP = "Look for a division by zero, the logarithm of 0, or exp of a large number."
SHAPE_STEP = "Print the shape in a new cell, and follow it from line to line."

# What `plain` returns. Code here goes by `type(value)` alone, which a type checker does not follow
Plain: TypeAlias = Any


class NotPlainError(Exception):
    """A value that is not a number, string, list, dict, set or array; the message says what it is."""


# --- to plain values ----------------------------------------------------------------------------------------


def plain(value: Any, depth: int = 0) -> Plain:
    """A value as None, Ellipsis, bool, int, float, complex, str, list, dict, set or ndarray, exactly these.

    Args:
        value: a value of one of these types or of a subclass, a NumPy scalar, a tuple, frozenset or range, a
            dtype (it becomes its name), or a tensor, variable or dtype of TensorFlow or Keras.
        depth: how deep in another value it lies.

    Returns:
        The plain value: tuples become lists, tensors arrays, arrays of objects or strings nested lists.

    Raises:
        NotPlainError: it is something else.
    """
    kind = type(value)
    if value is None or value is ... or kind is bool:
        return value
    if depth > MAX_DEPTH:
        raise NotPlainError(f"lists or dicts nested more than {MAX_DEPTH} deep")
    if kind is type and issubclass(value, np.generic):  # np.float32 where a dtype is meant
        return np.dtype(value).name
    if issubclass(kind, np.dtype):
        return np.dtype.name.__get__(value)
    if issubclass(kind, np.generic):
        item = np.generic.item(value)
        return float(item) if type(item) is np.longdouble else plain(item, depth + 1)
    if issubclass(kind, np.ndarray):
        return _plain_array(value, depth)
    # bool cannot be subclassed; a subclass of int may be an enumeration
    for number, convert in ((int, int.__int__), (float, float.__float__), (complex, complex.__complex__)):
        if issubclass(kind, number):
            return convert(value)
    if issubclass(kind, str):
        return str.__str__(value)
    for sequence in (list, tuple, range):
        if issubclass(kind, sequence):
            return [plain(entry, depth + 1) for entry in sequence.__iter__(value)]
    if issubclass(kind, dict):
        return {_plain_key(key): plain(entry, depth + 1) for key, entry in dict.items(value)}
    for collection in (set, frozenset):
        if issubclass(kind, collection):
            return {_plain_key(entry) for entry in collection.__iter__(value)}
    return _plain_tensor(value, kind, depth)


def _plain_array(value: np.ndarray, depth: int) -> Plain:
    array = np.asarray(value)  # of a subclass too: a plain view, and none of its methods is asked
    if array.dtype.kind in "biufc":
        return array
    if array.dtype.kind in "OUS":
        return plain(array.tolist(), depth + 1)
    if array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    raise NotPlainError(f"an array of the dtype {clean(str(array.dtype))}")


def _plain_key(key: Any) -> Plain:
    simple = plain(key)
    if type(simple) is list:
        return tuple(_plain_key(entry) for entry in simple)
    if type(simple) in (dict, set, np.ndarray):
        raise NotPlainError(f"a dict or set with {kind_text(simple)} as a key")
    return simple


def _plain_tensor(value: Any, kind: type, depth: int) -> Plain:
    # a library that is not imported has made no tensor
    if tensorflow := sys.modules.get("tensorflow"):
        if issubclass(kind, tensorflow.DType):
            return plain(value.name, depth)
        if issubclass(kind, (tensorflow.Tensor, tensorflow.Variable)):
            try:
                return plain(value.numpy(), depth + 1)
            except (AttributeError, NotImplementedError):
                raise NotPlainError("a symbolic tensor, which has no values") from None
    if (jax := sys.modules.get("jax")) and issubclass(kind, jax.Array):
        try:
            return plain(np.asarray(value), depth + 1)
        except TypeError:
            raise NotPlainError("a traced array, which has no values") from None
    if torch := sys.modules.get("torch"):
        if issubclass(kind, torch.dtype):
            return str(value).removeprefix("torch.")
        if issubclass(kind, torch.Tensor):
            return plain(value.detach().cpu().numpy(), depth + 1)
    if keras := sys.modules.get("keras"):
        if issubclass(kind, keras.KerasTensor):
            raise NotPlainError("a symbolic Keras tensor, which has no values")
        if issubclass(kind, keras.Variable):
            return plain(value.value, depth + 1)
    raise NotPlainError(f"an object of the type {clean(kind.__name__)}")


def as_array(simple: Plain) -> np.ndarray | None:
    """Plain numbers, or lists of them that make a rectangle, as an array; None for anything else."""
    if type(simple) is np.ndarray:
        return simple
    if type(simple) in (bool, int, float, complex):
        array = np.asarray(simple)
        if array.dtype.kind != "O":
            return array
        try:
            return np.asarray(float(simple))  # an int beyond 64 bits, such as 4**50
        except OverflowError:
            return np.asarray(math.inf if simple > 0 else -math.inf)
    if type(simple) is list:
        rows: list[Any] = [as_array(row) for row in simple]
        if not rows:
            return np.zeros(0)
        if any(row is None for row in rows) or len({(row.shape, row.dtype.kind == "b") for row in rows}) > 1:
            return None
        return np.stack(rows)
    return None


# --- differences --------------------------------------------------------------------------------------------


@dataclass
class Difference:
    """Where and how a plain value differs from the expected one, in words.

    Attributes:
        got: what was found there.
        expected: what was expected there; gives the expected value away.
        where: the place inside the whole value, " at ['W1'][2]", or "".
        cause: the likely cause, or None.
        step: what to do next, or None.
        distance: number of wrong values and largest error; gives the expected value away. None where it says
            nothing.
    """

    got: str
    expected: str
    where: str = ""
    cause: str | None = None
    step: str | None = None
    distance: str | None = None


def difference(
    actual: Plain, expected: Plain, rtol: float = 0.0, atol: float = 0.0, where: str = ""
) -> Difference | None:
    """The first difference between two plain values, or None.

    Numbers differ where `|actual − expected| > atol + rtol·|expected|`; NaN agrees with NaN, an infinity with
    itself. True and False are not numbers; lists and arrays compare alike.

    Args:
        actual: a plain value.
        expected: a plain value.
        rtol: relative tolerance, default 0.
        atol: absolute tolerance, default 0.
        where: the place of both inside larger values.
    """
    tolerance = (rtol, atol)
    if expected is not None and (actual is None or actual is ...):
        return Difference(text(actual), text(expected), where, "there is no value here yet")
    if type(expected) is dict:
        return _dict_difference(actual, expected, tolerance, where)
    wanted = as_array(expected)
    if wanted is not None:
        return _array_difference(actual, wanted, expected, tolerance, where)
    if type(expected) is list:
        return _list_difference(actual, expected, tolerance, where)
    if type(actual) is not type(expected):
        return _other_kind(actual, expected, where)
    if actual == expected:
        return None
    cause = None
    if type(expected) is str and actual.strip().casefold() == expected.strip().casefold():
        cause = "the letters are right; capitals or spaces differ"
    return Difference(text(actual), text(expected), where, cause)


def _other_kind(actual: Plain, expected: Plain, where: str) -> Difference:
    return Difference(text(actual), text(expected), where, kind_cause(actual, kind_text(expected)))


def _dict_difference(
    actual: Plain, expected: dict, tolerance: tuple[float, float], where: str
) -> Difference | None:
    if type(actual) is not dict:
        return _other_kind(actual, expected, where)
    missing = [key for key in expected if key not in actual]
    extra = [key for key in actual if key not in expected]
    if missing or extra:
        cause = (
            f"entries missing: {_keys_text(missing)}"
            if missing
            else f"entries not asked for: {_keys_text(extra)}"
        )
        return Difference(text(actual), text(expected), where, cause)
    found = {
        key: entry
        for key in expected
        if (entry := difference(actual[key], expected[key], *tolerance, f"{where or ' at '}[{key!r}]"))
    }
    if not found:
        return None
    first = next(iter(found.values()))
    if len(found) > 1 and not first.cause:
        first.cause = f"wrong entries: {_keys_text(found)}"
    return first


def _list_difference(
    actual: Plain, expected: list, tolerance: tuple[float, float], where: str
) -> Difference | None:
    if type(actual) is np.ndarray and actual.ndim:
        actual = list(actual)
    if type(actual) is not list:
        return _other_kind(actual, expected, where)
    if len(actual) != len(expected):
        cause = f"it has {len(actual)} entries rather than {len(expected)}"
        return Difference(text(actual), text(expected), where, cause)
    for index, (got, wanted) in enumerate(zip(actual, expected, strict=True)):
        if found := difference(got, wanted, *tolerance, f"{where or ' at '}[{index}]"):
            return found
    return None


def _array_difference(
    actual: Plain, wanted: np.ndarray, expected: Plain, tolerance: tuple[float, float], where: str
) -> Difference | None:
    array = as_array(actual)
    boolean = wanted.dtype.kind == "b"
    if array is None or (array.size and wanted.size and (array.dtype.kind == "b") != boolean):
        return _other_kind(actual, expected, where)
    if array.shape != wanted.shape:
        got = f"{kind_text(actual)} of shape {shape_text(array.shape)}" if array.ndim else text(actual)
        expectation = f"the shape {shape_text(wanted.shape)}" if wanted.ndim else text(expected)
        cause = shape_cause(array.shape, wanted.shape)
        return Difference(got, expectation, where, cause, SHAPE_STEP)
    wrong = ~_agree(array, wanted, *tolerance)
    if not wrong.any():
        return None
    cause = step = None
    if np.isnan(array[wrong]).any():
        cause, step = NAN, NAN_STEP
    elif np.isinf(array[wrong]).any():
        cause, step = INFINITE, INFINITE_STEP
    got = text(actual, other=expected)
    return Difference(got, text(expected), where, cause, step, _distance_text(array, wanted, wrong))


def _agree(array: np.ndarray, wanted: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    same = array == wanted
    if wanted.dtype.kind == "b" or same.all():
        return same
    with np.errstate(all="ignore"):
        near = np.isfinite(wanted) & (_error(array, wanted) <= atol + rtol * np.abs(wanted))
    return same | (near & bool(rtol or atol)) | (np.isnan(array) & np.isnan(wanted))


def _error(array: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    # differences of uint8 would wrap round, those of float32 lose what is compared
    wide = np.complex128 if "c" in (array.dtype.kind, wanted.dtype.kind) else np.float64
    return np.abs(array.astype(wide) - wanted.astype(wide))


def _distance_text(array: np.ndarray, wanted: np.ndarray, wrong: np.ndarray) -> str | None:
    count = f"{wrong.sum():,} of {wrong.size:,} values differ" if wrong.ndim else None
    if wanted.dtype.kind == "b":
        return count
    with np.errstate(all="ignore"):
        error = np.where(wrong, _error(array, wanted), 0.0)
    error = np.where(np.isfinite(error), error, 0.0)
    largest = np.max(error)
    if not largest:
        return count
    if not wrong.ndim:
        return f"the error is {number_text(float(largest))}"
    index = ", ".join(str(i) for i in np.unravel_index(np.argmax(error), error.shape))
    return f"{count}, largest error {number_text(float(largest))} at [{index}]"


# --- words --------------------------------------------------------------------------------------------------


def kind_text(simple: Plain) -> str:
    """What a plain value is, in words: "a number", "a list or tuple"."""
    if simple is None or simple is ...:
        return "None" if simple is None else "`...`"
    if type(simple) is np.ndarray:
        if not simple.ndim:
            return "True or False" if simple.dtype.kind == "b" else "a number"
        return "an array of True and False" if simple.dtype.kind == "b" else "an array"
    names = {bool: "True or False", str: "a string", list: "a list or tuple", dict: "a dict", set: "a set"}
    return names.get(type(simple), "a number")


def kind_cause(actual: Plain, wanted: str) -> str:
    """Why a plain value of the wrong kind is wrong; `wanted` says the right kind in words."""
    if type(actual) is str and wanted == "a number":
        return "it is a string, not a number: leave out the quotes"
    got = kind_text(actual)
    if got == wanted or (type(actual) is list and wanted == "an array"):
        got = "a list or tuple of mixed or uneven entries"
    return f"it is {got} rather than {wanted}"


def shape_cause(got: tuple[int, ...], wanted: tuple[int | None, ...]) -> str | None:
    """Why a shape is wrong, or None; `wanted` may hold None for any length."""
    if math.prod(got) == 1 and not wanted:
        return "it is an array or list of one element rather than a number"
    if not wanted:
        return "it holds several numbers rather than one"
    if not got:
        return "it is a single number"
    if len(wanted) > 1 and got == wanted[::-1]:
        return "the array is transposed: its axes are in reverse order"
    if sorted(got) == sorted(size or 0 for size in wanted):
        return "the axes are in another order"
    return None


def text(simple: Plain, other: Plain = None) -> str:
    """A plain value in a few words; a number in full where it would read as the number `other` does."""
    if type(simple) in (int, float):
        short = number_text(simple)
        same = type(other) in (int, float) and short == number_text(other)
        return repr(simple) if same else short
    if type(simple) is np.ndarray:
        return _array_text(simple) if simple.ndim else text(simple.item(), other)
    array = as_array(simple)
    if type(simple) is list and array is not None and array.ndim > 1:
        return _array_text(array, kind="list")
    if type(simple) in (list, set):
        entries = [_entry_text(entry) for entry in list(simple)[:SHOWN_ENTRIES]]
        if type(simple) is list and len(simple) == 1:
            entries.append("")
        return clean(
            _enclosed(entries, len(simple), "()" if type(simple) is list else "{}").replace(", )", ",)")
        )
    if type(simple) is dict:
        entries = [f"{key!r}: {_entry_text(entry)}" for key, entry in list(simple.items())[:SHOWN_ENTRIES]]
        return clean(_enclosed(entries, len(simple), "{}"))
    return clean(repr(simple))


def safe_text(value: object) -> str:
    """Any value in words, without asking it for them."""
    try:
        return text(plain(value))
    except NotPlainError as error:
        return str(error)


def number_text(number: float) -> str:
    """A number in at most seven digits, whole numbers in full with commas."""
    return f"{number:,}" if type(number) is int else f"{number:.7g}"


def shape_text(sizes: Sequence[int | None]) -> str:
    """A shape as Python writes it; "any" where a length is None."""
    inside = ", ".join("any" if size is None else str(size) for size in sizes)
    return f"({inside},)" if len(sizes) == 1 else f"({inside})"


def clean(string: str, limit: int = 300) -> str:
    """Printable characters only (a stranger's string may hold control sequences), at most `limit` of them."""
    start = str.__str__(string)[: 4 * limit]
    if not start.isprintable():
        start = "".join(character if character.isprintable() else " " for character in start)
    words = start.split()
    joined = " ".join(words)
    return joined if len(joined) <= limit else joined[: limit - 1] + "…"


def _entry_text(entry: Plain) -> str:
    return (
        repr(entry) if type(entry) is int else text(entry)
    )  # commas of thousands would read as more entries


def _enclosed(entries: list[str], count: int, brackets: str) -> str:
    if count > SHOWN_ENTRIES:
        entries = [*entries, f"… {count:,} entries in all"]
    return brackets[0] + ", ".join(entries) + brackets[1]


def _keys_text(keys: Iterable[Plain]) -> str:
    return clean(", ".join(repr(key) for key in keys))


def _array_text(array: np.ndarray, kind: str = "array") -> str:
    shown = 2 if array.ndim == 1 else 1  # at each end of an axis
    held = np.array2string(array, precision=4, threshold=6, edgeitems=shown, separator=", ")
    dtype = f", {array.dtype.name}" if kind == "array" else ""
    return f"{kind} of shape {shape_text(array.shape)}{dtype}: {clean(' '.join(held.split()))}"
