"""Checks that explain themselves: assertions, and exercises in parts with partial credit.

A failed check says what was checked, what was expected, what it got, the likely cause when it recognises one,
and one next step; never the answer, and never a traceback of ours. Values are compared as
`course_utils.values` has
them: plain.
"""

import linecache
import logging
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Self

import numpy as np

from course_utils import builtin_models, results, shown, values
from course_utils.results import UNANSWERED_MARK, ExerciseResult, PartResult, part_result

TENSORFLOW_LOG = logging.getLogger("tensorflow")
VALIDATING = "NBGRADER_VALIDATING"  # set while nbgrader's Validate runs a notebook: it shows errors only
UNANSWERED_STEP = "Fill in the cell of this exercise, run it, then run this cell again."
VALUE_STEP = "Try it by hand on a small example in a new cell, and compare."
MODEL_STEP = "Build the model from Keras' own layers, activations and losses, then run this cell again."
THRESHOLD_STEP = "Compare your settings with those that the exercise gives."
DEFAULT_TOLERANCE = (1e-5, 1e-6)  # relative, absolute


class CheckFailed(AssertionError):
    """A check that failed; IPython shows its message and no traceback.

    Args:
        checked: what was checked, in words.
        expected: what was expected, in words; None where that says nothing more.
        got: what was found instead, in words.
        cause: the likely cause, where one was recognised.
        step: what to do next.
        line: the line of the student's cell that an error came from, in words.
        unanswered: there is no answer yet, rather than a wrong one.
    """

    def __init__(
        self,
        checked: str,
        expected: str | None = None,
        got: str | None = None,
        cause: str | None = None,
        step: str | None = None,
        *,
        line: str | None = None,
        unanswered: bool = False,
    ) -> None:
        self.checked, self.expected, self.got, self.cause, self.step = checked, expected, got, cause, step
        self.line, self.unanswered = line, unanswered
        super().__init__(checked)

    def __str__(self):
        says_more = self.expected or self.got or self.cause or self.step
        return "\n".join(self.lines()) if says_more else self.checked

    def lines(self) -> list[str]:
        """The message as lines, a label before each field: "Expected:     266,610"."""
        return results.wrapped(
            results.labelled(self.checked, self.expected, self.got, self.line, self.cause, self.step)
        )

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for this before it draws a traceback of its own
        return str(self).splitlines()


# --- assertions ---------------------------------------------------------------------------------------------


def equal(
    actual: object,
    expected: object,
    what: str,
    *,
    describe: str | None = None,
    mistakes: Mapping[str, object] | None = None,
    cause: str | None = None,
    step: str | None = None,
) -> None:
    """Check that a value is exactly the expected one.

    Numbers compare as numbers (784 equals 784.0; True equals no number), lists and tuples alike, arrays by
    shape and values, dtypes by their names.

    Args:
        actual: the student's value: a number, string, dtype, array, tensor, or lists, tuples, dicts, sets of
            these.
        expected: the right value.
        what: what is checked, in words: "the number of parameters".
        describe: shown in place of the expected value where that value is the answer; then neither the value
            nor the distance from it is shown.
        mistakes: a dict from a likely cause in words to the value that this mistake gives.
        cause: the likely cause where none of these is recognised.
        step: what to do next; default: general advice.

    Raises:
        CheckFailed: they differ.
    """
    _compare(actual, expected, what, (0.0, 0.0), describe, mistakes, cause, step)


def close(
    actual: object,
    expected: object,
    what: str,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    describe: str | None = None,
    mistakes: Mapping[str, object] | None = None,
    cause: str | None = None,
    step: str | None = None,
) -> None:
    """Check that numbers agree with the expected ones: `|actual − expected| ≤ atol + rtol·|expected|`.

    Args:
        actual: the student's value: a number, array or tensor, or lists, tuples, dicts of these.
        expected: the right value; NaN agrees with NaN, and an infinity with itself.
        what: what is checked, in words.
        rtol: relative tolerance, default 1e-5.
        atol: absolute tolerance, in the unit of the values, default 1e-6.
        describe: shown in place of the expected value where that value is the answer.
        mistakes: a dict from a likely cause in words to the value that this mistake gives.
        cause: the likely cause where none of these is recognised.
        step: what to do next; default: general advice.

    Raises:
        CheckFailed: they differ by more than that somewhere, or the shapes differ.
    """
    _compare(actual, expected, what, (rtol, atol), describe, mistakes, cause, step)


def at_least(
    actual: object,
    threshold: float,
    what: str,
    *,
    figure: str | None = None,
    cause: str | None = None,
    step: str | None = None,
) -> None:
    """Check that a number reaches a threshold.

    Args:
        actual: the number, computed by the test from the student's model or predictions.
        threshold: the smallest number that passes.
        what: what is checked, in words.
        figure: the measured figure (`runs.record`) that the threshold was calibrated from; for those who
            calibrate.
        cause: the likely cause of a smaller number.
        step: what to do next; default: general advice.

    Raises:
        CheckFailed: the number is smaller, NaN, or no number.
    """
    _bound("at_least", actual, threshold, what, figure, cause, step)


def at_most(
    actual: object,
    threshold: float,
    what: str,
    *,
    figure: str | None = None,
    cause: str | None = None,
    step: str | None = None,
) -> None:
    """Check that a number stays at or below a threshold; arguments and errors as those of `at_least`."""
    _bound("at_most", actual, threshold, what, figure, cause, step)


@dataclass(frozen=True)
class Bound:
    """A number that `at_least` or `at_most` was given, as `listen` hands it on.

    Args:
        kind: "at_least" or "at_most".
        value: the number; it may be NaN.
        threshold: the bound that it was compared with.
        figure: name of the measured figure, or None.
    """

    kind: str
    value: float
    threshold: float
    figure: str | None


_listeners: list[Callable[[Bound], None]] = []


@contextmanager
def listen(listener: Callable[[Bound], None]) -> Iterator[None]:
    """Within the block, tell a function of each number that `at_least` and `at_most` compare.

    Args:
        listener: called before the check passes or fails; not where a check was given no number.
    """
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def shape(
    actual: object,
    expected: Sequence[int | None],
    what: str,
    *,
    cause: str | None = None,
    step: str | None = None,
) -> None:
    """Check the shape of an array, a tensor, or nested lists of numbers.

    Args:
        actual: the student's array.
        expected: a tuple of ints, () for a single number; None where any length will do.
        what: what is checked, in words.
        cause: the likely cause of another shape; a transposed array is recognised without it.
        step: what to do next; default: general advice.

    Raises:
        CheckFailed: the shape is another one, or there is none.
    """
    wanted = _shape_words(expected)
    simple = _plain(actual, what, wanted)
    array = values.as_array(simple)
    if array is None:
        cause = values.kind_cause(simple, "an array" if expected else "a number")
        raise CheckFailed(what, wanted, values.text(simple), cause, step or values.SHAPE_STEP)
    fits = array.ndim == len(expected) and all(
        size is None or size == found for found, size in zip(array.shape, expected, strict=True)
    )
    if not fits:
        cause = values.shape_cause(array.shape, tuple(expected)) or cause
        raise CheckFailed(what, wanted, _shape_words(array.shape), cause, step or values.SHAPE_STEP)


def _shape_words(sizes: Sequence[int | None]) -> str:
    return f"the shape {values.shape_text(sizes)}" if sizes else "a single number"


def true(
    condition: object,
    what: str,
    *,
    got: object = None,
    expected: object = None,
    cause: str | None = None,
    step: str | None = None,
) -> None:
    """Check a condition that the other assertions do not cover.

    Args:
        condition: True or False (NumPy's too); anything else fails.
        what: what is checked, in words.
        got: what was found: words, or a value to be shown.
        expected: what was expected: words, or a value to be shown.
        cause: the likely cause.
        step: what to do next; default: general advice.

    Raises:
        CheckFailed: the condition is not True.
    """
    if _plain(condition, what, "True") is not True:
        wanted, found = [
            field if field is None or type(field) is str else values.safe_text(field)
            for field in (expected, got)
        ]
        raise CheckFailed(what, wanted, found, cause, step or VALUE_STEP)


def raises(
    exception: type[BaseException],
    function: Callable[..., object],
    *args: object,
    what: str,
    step: str | None = None,
) -> None:
    """Check that a call raises an exception.

    Args:
        exception: the exception's class.
        function: what is called, with `args`.
        *args: its arguments.
        what: what is checked, in words.
        step: what to do next; default: general advice.

    Raises:
        CheckFailed: the call returned, or raised another exception.
    """
    wanted = f"the exception {exception.__name__}"
    try:
        result = function(*args)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if _says_unanswered(error):
            raise
        if issubclass(type(error), exception):
            return
        got, line = _error_text(error), _students_line(error, error.__traceback__, sys._getframe(1))
    else:
        got, line = f"no exception; it returned {values.safe_text(result)}", None
    step = step or f"Check the arguments first, and `raise {exception.__name__}(…)` with a message."
    raise CheckFailed(what, wanted, got, None, step, line=line)


def builtin_model(model: object, what: str, *, compiled: bool = False) -> None:
    """Check that a model is made of Keras' own classes and functions, so that grading can build it anew.

    To be called before a check reads anything of a model but its predictions, or trains it: grading refuses
    other models there, and says the same.

    Args:
        model: the student's model.
        what: what is checked, in words: "the model that `build` returns".
        compiled: whether what the model was compiled with is read too, as `fit` and `evaluate` do; default
            False.

    Raises:
        CheckFailed: it is no Keras model.
        ModelRefused: it has code of its own; says which class, function or setting.
    """
    if not builtin_models.require(model, compiled=compiled):
        wanted = "a Keras model"
        cause = values.kind_cause(_plain(model, what, wanted), wanted)
        raise CheckFailed(what, wanted, values.safe_text(model), cause, VALUE_STEP)


def _compare(
    actual: object,
    expected: object,
    what: str,
    tolerance: tuple[float, float],
    describe: str | None,
    mistakes: Mapping[str, object] | None,
    cause: str | None,
    step: str | None,
) -> None:
    wanted = values.plain(expected)
    simple = _plain(actual, what, describe or values.text(wanted), none_is_a_value=wanted is None)
    found = values.difference(simple, wanted, *tolerance)
    if found is None:
        return
    got, expectation = found.got + found.where, describe or found.expected + found.where
    if not describe and found.distance:
        got = f"{got}; {found.distance}"
        if any(tolerance) and tolerance != DEFAULT_TOLERANCE:
            expectation += f" (tolerance: {tolerance[0]:g} relative, {tolerance[1]:g} absolute)"
    recognised = [
        mistake
        for mistake, value in (mistakes or {}).items()
        if values.difference(simple, values.plain(value), *tolerance) is None
    ]
    cause = recognised[0] if recognised else found.cause or cause
    raise CheckFailed(what, expectation, got, cause, step or found.step or VALUE_STEP)


def _bound(
    kind: str,
    actual: object,
    threshold: float,
    what: str,
    figure: str | None,
    cause: str | None,
    step: str | None,
) -> None:
    wanted = f"{kind.replace('_', ' ')} {values.number_text(threshold)}"
    simple = _plain(actual, what, wanted)
    array = values.as_array(simple)
    if array is None or array.ndim or array.dtype.kind not in "iuf":
        cause = values.kind_cause(simple, "a number")
        raise CheckFailed(what, wanted, values.text(simple), cause, step or VALUE_STEP)
    number = array.item()
    for listener in list(_listeners):
        listener(Bound(kind, float(number), float(threshold), figure))
    if not (number >= threshold if kind == "at_least" else number <= threshold):
        if np.isnan(number):
            cause, step = values.NAN, step or values.NAN_STEP
        raise CheckFailed(what, wanted, values.text(number, threshold), cause, step or THRESHOLD_STEP)


def _plain(value: object, what: str, wanted: str, none_is_a_value: bool = False) -> values.Plain:
    """The plain value, or a failed check where there is none."""
    if isinstance(value, builtin_models.StandIn):
        why = vars(value)["why"]
        step = MODEL_STEP if type(why) is builtin_models.ModelRefused else VALUE_STEP
        raise CheckFailed(what, wanted, _message(why), None, step)
    try:
        simple = values.plain(value)
    except values.NotPlainError as error:
        raise CheckFailed(what, wanted, str(error), None, VALUE_STEP) from None
    if simple is ...:
        raise CheckFailed(what, wanted, "`...` in place of an answer", None, UNANSWERED_STEP, unanswered=True)
    if simple is None and not none_is_a_value:
        cause = "nothing was assigned, or the function returned None: is there a `return`?"
        raise CheckFailed(what, wanted, "None", cause, UNANSWERED_STEP, unanswered=True)
    return simple


# --- exercises in parts -------------------------------------------------------------------------------------


def exercise(title: str, *, points: float) -> "Exercise":
    """The checks of one exercise, in parts that pass or fail by themselves.

    Args:
        title: the exercise's name, as students read it above its cell.
        points: points of the whole exercise, hidden parts included.

    Returns:
        A context manager, `Exercise`. Leaving it raises CheckFailed when nothing was earned and a part
        failed.
    """
    return Exercise(title, points)


class Exercise:
    """An exercise while it is checked; made by `exercise`.

    It leaves the random state of Python, NumPy, Keras and TensorFlow as it found it, and sends what is
    written on stderr to stdout: stock nbgrader gives 0 points to a cell that wrote on stderr, if only a
    warning.
    """

    def __init__(self, title: str, points: float) -> None:
        self.title = title
        self.points = points
        self.parts: list[Part] = []

    def part(self, title: str, *, points: float) -> "Part":
        """A part: a context manager that turns what its body raises into feedback.

        Args:
            title: what the part checks, in a few words.
            points: its points; 0 for a check of format only.
        """
        return Part(self, title, points)

    @property
    def score(self) -> float | None:
        """Points of the parts that passed; None, for which nbgrader gives full points, when all did."""
        return None if all(part.passed for part in self.parts) else self._earned()

    def _earned(self) -> float:
        earned = sum(part.points for part in self.parts if part.passed)
        return int(earned) if earned == int(earned) else earned

    @property
    def result(self) -> ExerciseResult:
        """What the parts gave until now; leaving the exercise publishes it."""
        tried = tuple(part.result for part in self.parts if part.result)
        return ExerciseResult(results.one_line(self.title), self._earned(), self.points, tried)

    def __enter__(self) -> Self:
        self._random_state = _RandomState()
        # what TensorFlow notes about retracing holds addresses, and would bury the feedback
        self._tensorflow_level = TENSORFLOW_LOG.level
        TENSORFLOW_LOG.setLevel(logging.ERROR)
        self._redirection = ExitStack()
        self._redirection.enter_context(redirect_stderr(sys.stdout))
        self._redirection.enter_context(_stderr_of_libraries_to_stdout())
        return self

    def __exit__(self, kind, error, traceback) -> bool:
        self._redirection.close()
        self._random_state.restore()
        TENSORFLOW_LOG.setLevel(self._tensorflow_level)
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            if shown.in_ipython() and self.result.parts:
                print(self.result)  # what was found until then
            return False
        if kind is not None:  # raised between the parts: what was earned until here stays earned
            Part(self, "the rest of these checks", 0).fail(error, traceback)
        result = self.result
        shown.show(result)
        validating = VALIDATING in os.environ
        if result.failed and (validating or not result.earned):
            unanswered = all(part.state == results.UNANSWERED for part in result.failed)
            outcome = UNANSWERED_MARK if unanswered else "see above"
            lines = []
            if validating and not unanswered:
                outcome, lines = "this failed:", [str(part) for part in result.failed]
            score = f"{self.title}: {result.earned:g} of {results.points_text(self.points)}; {outcome}"
            message = "\n".join([score, *lines])
            failure = CheckFailed(message, unanswered=unanswered)
            try:
                raise failure from None
            finally:
                failure.__context__ = None  # IPython would draw an exception group that it finds there
        return True


class Part:
    """One part of an exercise; made by `Exercise.part`."""

    def __init__(self, exercise: Exercise, title: str, points: float) -> None:
        self.exercise, self.title, self.points = exercise, title, points
        self.result: PartResult | None = None  # until it is left
        exercise.parts.append(self)

    @property
    def passed(self) -> bool:
        """Whether it was tried, and earned its points."""
        return self.result is not None and self.result.passed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind, error, traceback) -> bool:
        if kind is None:
            self._end(part_result(self.title, self.points, results.PASSED))
            return False
        if issubclass(kind, KeyboardInterrupt):  # the person, or the time limit of a grading run
            return False
        self.fail(error, traceback)
        return True

    def fail(self, error: BaseException, traceback: TracebackType) -> None:
        """Note that the part failed, and why."""
        failure = error if type(error) is CheckFailed else self._explained(error, traceback)
        step = failure.step
        if step == UNANSWERED_STEP:
            step = f"Fill in the cell of “{self.exercise.title}”, run it, then run this cell again."
        self._end(
            part_result(
                self.title,
                self.points,
                results.UNANSWERED if failure.unanswered else results.FAILED,
                what=failure.checked,
                expected=failure.expected,
                got=failure.got,
                line=failure.line,
                cause=failure.cause,
                step=step,
            )
        )

    def _end(self, result: PartResult) -> None:
        self.result = result
        if not shown.in_ipython():  # a notebook shows the exercise as a whole
            print(result)

    def _explained(self, error: BaseException, traceback: TracebackType) -> CheckFailed:
        """An exception that is not ours, as a failed check."""
        line = _students_line(error, traceback, traceback.tb_frame)
        if _says_unanswered(error):
            got = _message(error) or f"“{self.exercise.title}” is {UNANSWERED_MARK}"
            return CheckFailed(self.title, None, got, None, UNANSWERED_STEP, unanswered=True)
        if type(error) is builtin_models.ModelRefused:
            return CheckFailed(self.title, None, _message(error), None, MODEL_STEP)
        if type(error) is NameError and line is None and type(error.name) is str:
            name = values.clean(error.name)
            step = f"Fill in the cell that defines `{name}`, run it, then run this cell again."
            return CheckFailed(self.title, None, f"`{name}` is not defined", None, step, unanswered=True)
        cause = None
        if issubclass(type(error), TypeError) and "argument" in _message(error):
            cause = "the function's parameters are not those that the exercise gives"
        step = "Fix that line" if line else "Make the same call in a new cell to see where this happens"
        step = f"{step}, then run this cell again."
        return CheckFailed(self.title, "no error", _error_text(error), cause, step, line=line)


def _says_unanswered(error: BaseException) -> bool:
    # a release notebook's cell raises NotImplementedError with the mark; Keras raises it with other messages
    message = _message(error)
    return issubclass(type(error), NotImplementedError) and (not message or UNANSWERED_MARK in message)


def _message(error: BaseException) -> str:
    try:
        return values.clean(str(error))
    except Exception:
        return ""  # a student's exception class may fail at this too


def _error_text(error: BaseException) -> str:
    name, message = values.clean(type(error).__name__), _message(error)
    return f"{name}: {message}" if message else name


def _first_note(error: BaseException) -> str | None:
    notes = BaseException.__getattribute__(error, "__dict__").get("__notes__")
    return values.clean(notes[0]) if type(notes) is list and notes and type(notes[0]) is str else None


def _students_line(
    error: BaseException, traceback: TracebackType | None, test_frame: FrameType
) -> str | None:
    """The innermost line of the student's own cells on the way to an error, in words; None if there is none.

    All cells of a notebook share their globals, and each has a file name of its own: what has the test cell's
    globals but another file name is the student's. An exception that was raised in another process says the
    same in its first note (`add_note`).
    """
    found = _first_note(error)
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if (
            traceback.tb_frame.f_globals is test_frame.f_globals
            and code.co_filename != test_frame.f_code.co_filename
        ):
            source = values.clean(linecache.getline(code.co_filename, traceback.tb_lineno))
            function = "" if code.co_name == "<module>" else f"`{values.clean(code.co_name)}`, "
            found = f"in {function}line {traceback.tb_lineno} of your cell: {source}"
        traceback = traceback.tb_next
    return found


@contextmanager
def _stderr_of_libraries_to_stdout() -> Iterator[None]:
    """Send to stdout what compiled code (TensorFlow's log) writes on stderr past `sys.stderr`."""
    kept = os.dup(2)
    os.dup2(1, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


# --- random state -------------------------------------------------------------------------------------------


class _RandomState:
    """The state of every random generator in use; of TensorFlow and Keras only where they are imported."""

    def __init__(self):
        self.python, self.numpy = random.getstate(), np.random.get_state()
        self.keras = {}
        if keras_state := sys.modules.get("keras.src.backend.common.global_state"):
            names = ("global_random_seed", "global_seed_generator")
            self.keras = {name: keras_state.get_global_attribute(name) for name in names}
        if generator := self.keras.get("global_seed_generator"):
            self.keras_draws = generator.state.numpy()
        # no public function reads this, and model.fit shuffles with operations that draw their seeds from it
        self.torch = (torch := sys.modules.get("torch")) and torch.get_rng_state()
        context = self._tensorflow_context()
        self.tensorflow = (context._seed, context._rng.getstate()) if hasattr(context, "_rng") else None

    @staticmethod
    def _tensorflow_context():
        module = sys.modules.get("tensorflow.python.eager.context")
        return module and module.context_safe()

    def restore(self) -> None:
        """Put every generator back."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        if self.keras:
            keras_state = sys.modules["keras.src.backend.common.global_state"]
            for name, value in self.keras.items():
                keras_state.set_global_attribute(name, value)
            if generator := self.keras["global_seed_generator"]:
                generator.state.assign(self.keras_draws)
        if self.torch is not None:
            sys.modules["torch"].set_rng_state(self.torch)
        if self.tensorflow:
            context, (seed, state) = self._tensorflow_context(), self.tensorflow
            if (context._seed, context._rng.getstate()) != (seed, state):
                context._set_global_seed(
                    seed
                )  # also forgets the operations that remember how far they have drawn
                context._rng.setstate(state)
