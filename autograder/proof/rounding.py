"""How much of a check's tolerance float32 work takes: a test on an answer that takes and returns float32."""

import ast
import functools
import io
import math
import sys
import time
from collections.abc import Callable, Iterator, Set
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from autograder.practical.cells import parsed
from course_utils import expect, values
from course_utils.expect import CheckFailed

LARGEST = 1 / 4  # of a tolerance, that the largest error of float32 work may take
USUAL_DRAWS = 20, 100  # of the answer as it is, at least and at most, where errors are too large
DRAWS, MANY_DRAWS = 1_000, 30_000  # of each test; many where a draw takes a millisecond or less
QUICK_SECONDS, MOST_SECONDS = 0.001, 20  # of processor time


@dataclass
class Check:
    """The largest error that a check met.

    Args:
        what: what it checks, in words.
        share: of its tolerance, that the error takes.
        rtol, atol: its tolerance.
        expected: the magnitude that was expected where the error was largest.
        error: the error there.
        usual: the largest share that the answer as it is, in float64, took; measured where `share` is large.
    """

    what: str
    share: float
    rtol: float
    atol: float
    expected: float
    error: float
    usual: float = 0.0

    @property
    def is_rounding(self) -> bool:
        """Whether the largest error comes from float32: samples that are drawn err as much in float64."""
        return self.usual < self.share / 2


@dataclass
class Rounding:
    """What a test made of a float32 answer.

    Args:
        draws: how often it ran, with inputs drawn anew.
        checks: by line of the cell, those that compare numbers with a tolerance.
        failed: how many of these runs did not give full marks.
        said: what the first of them printed.
    """

    draws: int = 0
    checks: dict[int, Check] = field(default_factory=dict)
    failed: int = 0
    said: str = ""


class Listening:
    """`course_utils.expect` for a test cell, where `close` notes how large errors are."""

    def __init__(self, checks: dict[int, Check]):
        self._checks = checks

    def __getattr__(self, name: str) -> Any:
        return getattr(expect, name)

    def close(
        self,
        actual: object,
        expected: object,
        what: str,
        *,
        rtol: float = 1e-5,
        atol: float = 1e-6,
        **said: Any,
    ) -> None:
        """As `expect.close`."""
        try:
            pairs = list(_pairs(values.plain(actual), values.plain(expected)))
        except values.NotPlainError:
            pairs = []
        line = sys._getframe(1).f_lineno
        for found, wanted in pairs:
            check = _largest(what, found, wanted, rtol, atol)
            if line not in self._checks or check.share > self._checks[line].share:
                self._checks[line] = check
        expect.close(actual, expected, what, rtol=rtol, atol=atol, **said)


def _pairs(actual: Any, expected: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The arrays of numbers in two plain values, side by side."""
    found, wanted = values.as_array(actual), values.as_array(expected)
    if found is not None and wanted is not None:
        if found.shape == wanted.shape and {found.dtype.kind, wanted.dtype.kind} <= set("iufc"):
            yield found, wanted
    elif isinstance(actual, dict) and isinstance(expected, dict):
        for key in actual.keys() & expected.keys():
            yield from _pairs(actual[key], expected[key])
    elif isinstance(actual, list) and isinstance(expected, list):
        for one, other in zip(actual, expected, strict=False):
            yield from _pairs(one, other)


def _largest(what: str, found: np.ndarray, wanted: np.ndarray, rtol: float, atol: float) -> Check:
    with np.errstate(all="ignore"):
        found, wanted = np.atleast_1d(found).astype(float), np.atleast_1d(wanted).astype(float)
        same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
        errors = np.where(same, 0.0, np.abs(found - wanted))
        errors = np.where(np.isnan(errors), math.inf, errors)
        shares = np.where(same, 0.0, errors / (atol + rtol * np.abs(wanted)))
    shares = np.where(np.isnan(shares), math.inf, shares)
    if not shares.size:
        return Check(what, 0.0, rtol, atol, 0.0, 0.0)
    where = int(shares.argmax())
    return Check(
        what,
        float(shares.flat[where]),
        rtol,
        atol,
        float(np.abs(wanted).flat[where]),
        float(errors.flat[where]),
    )


def narrow(value: Any) -> Any:
    """A value whose float64 arrays and numbers are float32, in tuples, lists and dicts too."""
    if isinstance(value, np.ndarray | np.float64):
        return value.astype(np.float32) if value.dtype == np.float64 else value
    if type(value) is float:
        return np.float32(value)
    if type(value) in (list, tuple):
        return type(value)(map(narrow, value))
    if type(value) is dict:
        return {key: narrow(one) for key, one in value.items()}
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None and tensorflow.is_tensor(value) and value.dtype == tensorflow.float64:
        return tensorflow.cast(value, tensorflow.float32)
    return value


def in_float32(function: Callable) -> Callable:
    """A function that computes in float32: arrays that it is given are, and what it returns.

    Numbers of Python's own stay what they are among its arguments, as they have no precision in NumPy. What
    it changes in place, it changes in the caller's array.
    """

    @functools.wraps(function)
    def narrowed(*arguments: Any, **named: Any) -> Any:
        copies: list[tuple[np.ndarray, np.ndarray]] = []

        def given(value: Any) -> Any:
            if isinstance(value, np.ndarray) and value.dtype == np.float64:
                copies.append((value, value.astype(np.float32)))
                return copies[-1][1]
            if type(value) in (list, tuple):
                return type(value)(map(given, value))
            return value if type(value) is float else narrow(value)

        try:
            return narrow(
                function(*map(given, arguments), **{key: given(value) for key, value in named.items()})
            )
        finally:
            for original, copy in copies:
                if original.flags.writeable and not np.array_equal(original.astype(np.float32), copy, True):
                    original[...] = copy

    return narrowed


def measure(
    source: str,
    points: float,
    namespace: dict[str, Any],
    answered: Set[str],
    found: Rounding,
    seconds: float = MOST_SECONDS,
) -> None:
    """Run a test again and again on answers that compute in float32.

    Args:
        source: of the test cell.
        points: of the test cell.
        namespace: its globals; what it binds is bound there, and afterwards the answers are what they were.
        answered: names in it that are answers; functions and values of them are narrowed.
        found: what is measured is added to it.
        seconds: of processor time after which fewer draws have to do.
    """
    before = dict(namespace)
    body, last = _compiled(source)

    def draw(checks: dict[int, Check]) -> str | None:
        """Run the test once; what it printed where it gave less than full marks."""
        namespace["expect"] = Listening(checks)
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                exec(body, namespace)
                score = points if last is None else eval(last, namespace)
            except CheckFailed:
                score = 0
            except Exception as error:
                score = 0
                print(f"{type(error).__name__}: {error}")
        return printed.getvalue() if score is not None and score < points else None

    try:
        for name in answered & namespace.keys():
            value = namespace[name]
            namespace[name] = in_float32(value) if isinstance(value, FunctionType) else narrow(value)
        start = time.process_time()
        while not _enough(found.draws, time.process_time() - start, seconds):
            found.draws += 1
            said = draw(found.checks)
            if said is not None:
                found.failed += 1
                found.said = found.said or said
        large = {line: check for line, check in found.checks.items() if check.share > LARGEST}
        if large:
            namespace.update(before)
            usual: dict[int, Check] = {}
            least, most = USUAL_DRAWS
            for _ in range(max(least, min(found.draws, most))):
                draw(usual)
            for line, check in large.items():
                check.usual = usual[line].share if line in usual else 0.0
    finally:
        namespace.clear()
        namespace.update(before)


def tolerance_for(check: Check) -> float:
    """A round absolute tolerance, beside the check's relative one, of which the error takes a quarter."""
    least = max(check.error / LARGEST - check.rtol * check.expected, check.error, np.finfo(float).tiny)
    power = 10.0 ** math.floor(math.log10(least))
    return float(f"{next(step for step in (1, 2, 5, 10) if step * power >= least) * power:.1g}")


def _enough(draws: int, spent: float, seconds: float) -> bool:
    if draws < DRAWS:
        return draws > 0 and spent > seconds
    return draws >= MANY_DRAWS or spent > QUICK_SECONDS * draws


def _compiled(source: str) -> tuple[CodeType, CodeType | None]:
    """A cell's statements, and its last expression."""
    tree = parsed(source)
    match tree.body:
        case [*body, ast.Expr(value=last)]:
            return (
                compile(ast.Module(body, []), "<test>", "exec"),
                compile(ast.Expression(last), "<test>", "eval"),
            )
    return compile(tree, "<test>", "exec"), None
