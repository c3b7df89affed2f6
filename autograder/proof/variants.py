"""Runs a practical in this process once, then again and again with other answers in some of its cells.

Only what depends on a changed cell runs again. A variant works on copies of what earlier cells made: arrays,
data frames, lists and so on are copied when a cell that looks them up is run, the variables of Keras models
are put back afterwards. Cells tagged `experiment` are left out, as when grading.
"""

import ast
import copy
import dis
import io
import linecache
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, TracebackType
from typing import Any

import nbformat
import numpy as np
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from autograder.practical.cells import grade_id, is_exercise, is_test
from autograder.proof.calls import Call, listening
from autograder.proof.rounding import Rounding, measure
from autograder.proof.thresholds import Threshold
from course_utils import expect
from course_utils.experiments import is_experiment
from course_utils.results import ExerciseResult
from course_utils.selfcheck import EXERCISE

SEED = 42
SLOWER = 10  # a variant may take this many times the processor time of the reference in the same cells …
GRACE_SECONDS = 5  # … and this much on top
ATOMS = (int, float, complex, str, bool, np.generic)


class OutOfTime(KeyboardInterrupt):
    """A variant ran too long; checks let a KeyboardInterrupt through."""


class PointsLost(KeyboardInterrupt):
    """A part of a test failed, and whether a test gives full marks is all that matters."""


@dataclass(frozen=True)
class Cell:
    """A code cell that grading runs.

    Args:
        name: its `grade_id`, else "cell-" and its position.
        source: its code.
        is_test, is_exercise: what kind of cell it is; a given cell is neither.
        points: of a test, else 0.
        looks_up: names that it needs from outside.
        stores: names that it binds.
        imports: those of them that it imports.
    """

    name: str
    source: str
    is_test: bool = False
    is_exercise: bool = False
    points: float = 0
    looks_up: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()


@dataclass
class Outcome:
    """What running a variant gave.

    Args:
        scores: by test that was run, its points; tests that do not depend on the change are not named.
        printed: by cell that was run, what it printed, and the error that ended it.
        results: by test that was run, what it handed on; none of one that did not get so far.
        values: what the tests held against thresholds on figures, in their order.
        seconds: that it took.
        ended: why it was not run to its end, in words; else empty.
    """

    scores: dict[str, float] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    results: dict[str, ExerciseResult] = field(default_factory=dict)
    values: list[tuple[Threshold, float]] = field(default_factory=list)
    seconds: float = 0.0
    ended: str = ""


@dataclass(frozen=True)
class Repeats:
    """What running a test of the reference again and again gave.

    Args:
        runs: how often it ran.
        failures: what was printed by the runs that did not give full marks.
    """

    runs: int
    failures: list[str]


def graded_run(notebook: NotebookNode) -> list[Cell]:
    """The cells of a notebook that grading runs, with the names that they look up and bind."""
    cells = []
    for position, node in enumerate(notebook.cells):
        if node.cell_type == "code" and not is_experiment(node):
            points = node.metadata.get("nbgrader", {}).get("points", 0) if is_test(node) else 0
            cells.append(
                cell_of(
                    grade_id(node) or f"cell-{position + 1}",
                    node.source,
                    is_test=is_test(node),
                    is_exercise=is_exercise(node),
                    points=float(points),
                )
            )
    return cells


def cell_of(
    name: str, source: str, is_test: bool = False, is_exercise: bool = False, points: float = 0
) -> Cell:
    """A cell with its names; none if it is not Python."""
    try:
        looks_up, stores, imports = map(frozenset, _names(compile(_transformed(source), name, "exec")))
    except (SyntaxError, ValueError):
        looks_up = stores = imports = frozenset()
    return Cell(name, source, is_test, is_exercise, points, looks_up, stores, imports)


def affected(cells: list[Cell], answers: dict[str, str]) -> set[str]:
    """Names of the cells that run again when these answers, by cell name, replace the reference's."""
    dirty: set[str] = set()
    found = set()
    for cell in cells:
        if cell.name in answers or cell.looks_up & dirty:
            found.add(cell.name)
            if not cell.is_test:  # it defines nothing that answers need
                dirty |= cell.stores
            if cell.name in answers:
                dirty |= cell_of(cell.name, answers[cell.name]).stores
        else:
            dirty -= cell.stores
    return found


def needed(cells: list[Cell], chosen: set[str], names: frozenset[str] = frozenset()) -> list[Cell]:
    """The chosen cells, and those that they or `names` need, directly or through others, in their order.

    A cell that binds nothing counts as needed where it uses a needed name: it may change the object.
    """
    imported = {name for cell in cells for name in cell.imports}
    kept: list[Cell] = []
    for cell in reversed(cells):
        changes = not cell.is_test and not cell.stores and cell.looks_up & names - imported
        if cell.name in chosen or cell.stores & names or changes:
            kept.insert(0, cell)
            names |= cell.looks_up
    return kept


class Workbench:
    """A practical that was run once in this process, ready to run variants of it.

    Args:
        cells: from `graded_run`.
        folder: an empty folder, made the working directory; variants work in copies of what is there.
    """

    def __init__(self, cells: list[Cell], folder: Path):
        self.cells = cells
        self.folder = folder
        self.globals: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self.before: dict[str, dict[str, Any]] = {}  # what graded cells begin with
        self.made: dict[str, dict[str, Any]] = {}  # what each cell bound
        self.seconds: dict[str, float] = {}
        self.reference = Outcome()

    def run_reference(self) -> Outcome:
        """Run all cells; of the outcome, `ended` says if a cell that is not a test failed."""
        os.chdir(self.folder)
        seed(SEED)
        start = time.monotonic()
        for cell in self.cells:
            before = dict(self.globals)
            self.before[cell.name] = before
            cell_start = time.process_time()
            if not self._run(cell, cell.source, self.reference) and not cell.is_test:
                self.reference.ended = f"{cell.name}: {self.reference.printed[cell.name]}"
            self.seconds[cell.name] = time.process_time() - cell_start
            self.made[cell.name] = {
                name: value
                for name, value in self.globals.items()
                if name not in before or before[name] is not value
            }
        self.reference.seconds = time.monotonic() - start
        return self.reference

    def plain_answers(self) -> set[str]:
        """Exercises whose reference only defines numbers, strings, and tuples, lists and dicts of these."""
        return {
            cell.name
            for cell in self.cells
            if cell.is_exercise and all(_is_plain(value) for value in self.made[cell.name].values())
        }

    def run(
        self, answers: dict[str, str], until_lost: bool = False, seed_: int = SEED, last: str = ""
    ) -> Outcome:
        """Run the notebook with other answers.

        Args:
            answers: code by the name of the exercise.
            until_lost: stop at the first part of a test that costs points; such a test gives 0.
            seed_: of all random generators, and COURSE_SEED, while the variant runs.
            last: the cell after which it stops; empty for the notebook's last.

        Returns:
            the outcome, of the cells that ran.
        """
        outcome = Outcome()
        again = affected(self.cells, answers)
        limit = GRACE_SECONDS + SLOWER * sum(self.seconds[name] for name in again)
        first = next(number for number, cell in enumerate(self.cells) if cell.name in again)
        start = time.monotonic()
        with self._set_apart(self.cells[first].name, seed_) as protect, _time_limit(limit):
            fresh: set[str] = set()
            try:
                with _ending_tests_that_lost() if until_lost else nullcontext():
                    for cell in self.cells[first:]:
                        self._run_again(cell, again, answers, protect, fresh, outcome)
                        lost = outcome.scores.get(cell.name, cell.points) < cell.points
                        if cell.name == last or (until_lost and lost):
                            break
            except OutOfTime:
                outcome.ended = f"it took more than {limit:.0f} s of processor time"
        outcome.seconds = time.monotonic() - start
        return outcome

    def _run_again(
        self,
        cell: Cell,
        again: set[str],
        answers: dict[str, str],
        protect: Callable[[set[str]], None],
        fresh: set[str],
        outcome: Outcome,
    ) -> None:
        """Run a cell that depends on the answers; of another one, take what the reference made.

        `fresh` holds the names whose values belong to this variant alone, and is kept up to date.
        """
        if cell.name not in again:
            self.globals.update(self.made[cell.name])
            fresh -= set(self.made[cell.name])
            return
        code = answers.get(cell.name, cell.source)
        used = cell_of(cell.name, code)
        protect(set(used.looks_up) - fresh)
        fresh |= used.looks_up | used.stores
        self._run(cell, code, outcome)

    def round_off(self, test: str, answers: dict[str, str], seconds: float) -> Rounding:
        """Run a test again and again on answers that compute in float32; see `rounding.measure`.

        Args:
            test: its name.
            answers: code by the name of the exercise, in place of the reference.
            seconds: of processor time, after which fewer draws have to do.
        """
        names = [cell.name for cell in self.cells]
        again = affected(self.cells, answers) - {test}
        first = min(names.index(name) for name in again | {test})
        last = names.index(test)
        code = [cell_of(*item) for item in answers.items()]
        answered = frozenset().union(*(cell.stores for cell in [*self.cells, *code] if not cell.is_test))
        given = frozenset().union(
            *(cell.stores for cell in self.cells if not cell.is_exercise), *(one.imports for one in code)
        )
        rounding = Rounding()
        limit = GRACE_SECONDS + SLOWER * (seconds + sum(self.seconds[name] for name in again))
        with self._set_apart(names[first], SEED) as protect, _time_limit(limit):
            fresh: set[str] = set()
            try:
                for cell in self.cells[first:last]:
                    self._run_again(cell, again, answers, protect, fresh, Outcome())
                cell = self.cells[last]
                protect(set(cell.looks_up) - fresh)
                measure(cell.source, cell.points, self.globals, answered - given, rounding, seconds)
            except OutOfTime:
                rounding.failed, rounding.said = (
                    rounding.draws,
                    f"it took more than {limit:.0f} s of processor time",
                )
        return rounding

    def repeat(self, test: str, times: int, seconds: float) -> Repeats:
        """Run a test of the reference again and again, with the inputs that it draws anew.

        Args:
            test: its name.
            times: how often.
            seconds: of processor time, after which no further run begins.
        """
        (cell,) = (cell for cell in self.cells if cell.name == test)
        failures, runs, start = [], 0, time.process_time()
        while runs < times and time.process_time() - start < seconds:
            with self._set_apart(test, SEED + runs) as protect:
                protect(cell.looks_up)
                outcome = Outcome()
                self._run(cell, cell.source, outcome)
            runs += 1
            if outcome.scores[test] < cell.points:
                failures.append(outcome.printed[test])
        return Repeats(runs, failures)

    def calls(self, test: str, times: int, seconds: float) -> list[Call]:
        """How a test calls the functions of the reference, over several runs.

        Args:
            test: its name.
            times: how often it runs, with the inputs that it draws anew.
            seconds: of processor time, after which no further run begins.
        """
        (cell,) = (cell for cell in self.cells if cell.name == test)
        exercises = [one for one in self.cells if one.is_exercise]
        names = {name for one in exercises for name in one.stores - one.imports}
        inside = {f"<{one.name}>" for one in exercises}
        found: list[Call] = []
        runs, start = 0, time.process_time()
        while runs < times and time.process_time() - start < seconds:
            with self._set_apart(test, SEED + runs) as protect:
                protect(cell.looks_up)
                for name in names & self.globals.keys():
                    if isinstance(self.globals[name], FunctionType):
                        self.globals[name] = listening(self.globals[name], found, inside)
                self._run(cell, cell.source, Outcome())
            runs += 1
        return found

    def _run(self, cell: Cell, source: str, outcome: Outcome) -> bool:
        """Run a cell, with its score if it is a test; whether it ended without an error."""
        printed, shown, error = io.StringIO(), None, None
        filename = f"<{cell.name}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)

        def hear(bound: expect.Bound) -> None:
            if cell.is_test and bound.figure is not None:
                threshold = Threshold(cell.name, bound.figure, bound.kind, bound.threshold)
                outcome.values.append((threshold, bound.value))

        if cell.is_test:
            self.globals.pop(EXERCISE, None)  # that of the test before
        try:
            with redirect_stdout(printed), redirect_stderr(printed), expect.listen(hear):
                shown = self._execute(source, filename)
        except OutOfTime:
            raise
        except BaseException as raised:  # an answer may raise anything
            error = raised
            printed.write(f"{type(raised).__name__}: {_text(raised)}\n")
        outcome.printed[cell.name] = printed.getvalue()
        if cell.is_test:
            outcome.scores[cell.name] = _score(cell, shown, error)
            if isinstance(exercise := self.globals.get(EXERCISE), expect.Exercise):
                outcome.results[cell.name] = exercise.result
        return error is None

    def _execute(self, source: str, filename: str) -> Any:
        tree = ast.parse(_transformed(source))
        match tree.body:
            case [*body, ast.Expr(value=last)]:
                exec(compile(ast.Module(body, []), filename, "exec"), self.globals)
                return eval(compile(ast.Expression(last), filename, "eval"), self.globals)
        exec(compile(tree, filename, "exec"), self.globals)
        return None

    @contextmanager
    def _set_apart(self, name: str, seed_: int) -> Iterator[Any]:
        """The state before a cell, in a folder of its own; afterwards everything is as it was."""
        self.globals.clear()
        self.globals.update(self.before[name])
        stateful: list[tuple[Any, np.ndarray]] = []
        memo: dict[int, Any] = {}

        def protect(names: set[str]) -> None:
            for one in self.globals.keys() & names:
                self.globals[one] = _copied(self.globals[one], memo, stateful)

        seed(seed_)
        with tempfile.TemporaryDirectory(prefix="variant-", ignore_cleanup_errors=True) as folder:
            shutil.copytree(self.folder, folder, dirs_exist_ok=True)
            os.chdir(folder)
            former = os.environ.get("COURSE_SEED")
            os.environ["COURSE_SEED"] = str(seed_)
            try:
                yield protect
            finally:
                if former is None:
                    os.environ.pop("COURSE_SEED", None)
                else:
                    os.environ["COURSE_SEED"] = former
                os.chdir(self.folder)
                for variable, value in stateful:
                    variable.assign(value)
                if pyplot := sys.modules.get("matplotlib.pyplot"):
                    pyplot.close("all")


def seed(number: int) -> None:
    """Seed Python and NumPy; TensorFlow and Keras where they are loaded."""
    random.seed(number)
    np.random.seed(number)
    if keras := sys.modules.get("keras"):
        keras.utils.set_random_seed(number)


@contextmanager
def _ending_tests_that_lost() -> Iterator[None]:
    """Raise PointsLost where a part that counts has failed: what follows in its test cannot win it back."""
    note = expect.Part.fail

    def fail(self: expect.Part, error: BaseException, traceback: TracebackType) -> None:
        note(self, error, traceback)
        if self.points > 0:
            raise PointsLost

    expect.Part.fail = fail  # type: ignore[method-assign]
    try:
        yield
    finally:
        expect.Part.fail = note  # type: ignore[method-assign]


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after so much processor time, which a busy machine does not use up."""

    def stop(*_: Any) -> None:
        raise OutOfTime

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _score(cell: Cell, shown: Any, error: BaseException | None) -> float:
    """A test's points, by nbgrader's own rules."""
    node = nbformat.v4.new_code_cell(
        cell.source,
        metadata={
            "nbgrader": {
                "schema_version": 3, "grade": True, "solution": False, "locked": True,
                "points": cell.points, "grade_id": cell.name,
            }
        },
    )  # fmt: skip
    if error is not None:
        node.outputs = [nbformat.v4.new_output("error", ename="", evalue="", traceback=[])]
    elif shown is not None:
        data = {"text/plain": repr(shown)}
        node.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    return float(determine_grade(node)[0])


def _transformed(source: str) -> str:
    return TransformerManager().transform_cell(source)


def _names(code: CodeType) -> tuple[set[str], set[str], set[str]]:
    """Names that a module's code looks up before it binds them, those that it binds, those it imports."""
    needed, bound, imported = set(), set(), set()
    importing = False
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            bound.add(step.argval)
            imported |= {step.argval} if importing else set()
        elif step.opname in ("LOAD_NAME", "DELETE_NAME") and step.argval not in bound:
            needed.add(step.argval)
        importing = step.opname in ("IMPORT_NAME", "IMPORT_FROM")
    for inner in _inner_codes(code):
        for step in dis.get_instructions(inner):
            if step.opname == "STORE_GLOBAL":
                bound.add(step.argval)
            # the body of a class looks names of the module up with LOAD_NAME
            elif step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
                needed |= {step.argval} - bound
    return needed, bound, imported


def _inner_codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner_codes(constant)


def _copied(value: Any, memo: dict[int, Any], stateful: list) -> Any:
    """A copy of what a cell may change; Keras' objects stay, and their variables go into `stateful`."""
    if id(value) in memo:
        return memo[id(value)]
    made = value
    if isinstance(value, np.ndarray):
        made = value.copy() if value.flags.writeable else value
    elif type(value) in (list, tuple, set):
        made = type(value)(_copied(one, memo, stateful) for one in value)
    elif type(value) is dict:
        made = {key: _copied(one, memo, stateful) for key, one in value.items()}
    elif type(value).__module__.split(".")[0] in ("pandas", "sklearn") or isinstance(
        value, np.random.Generator
    ):
        made = copy.deepcopy(value)
    elif (keras := sys.modules.get("keras")) and isinstance(value, keras.Layer | keras.optimizers.Optimizer):
        variables = [*value.variables, *getattr(getattr(value, "optimizer", None), "variables", [])]
        stateful += [(variable, np.array(keras.ops.convert_to_numpy(variable))) for variable in variables]
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        made = copy.copy(value)
        for name in value.__dataclass_fields__:
            object.__setattr__(made, name, _copied(getattr(value, name), memo, stateful))
    memo[id(value)] = made
    return made


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple, set):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(map(_is_plain, value.values()))
    return value is None or isinstance(value, ATOMS)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
