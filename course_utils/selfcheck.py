"""Runs the checks of a notebook again and shows one table of all exercises: what is done, what is missing.

In a notebook, `selfcheck.report()` checks the answers as they are in this kernel now; it trains nothing anew.
For a notebook file there is `python -m course_utils NOTEBOOK`.
"""

import ast
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from course_utils import results, shown, testcells
from course_utils.expect import CheckFailed
from course_utils.results import UNANSWERED_MARK, ExerciseResult, PartResult, part_result
from course_utils.testcells import TestCell

ALL_PASSED = "all passed"
SOME_FAILED = "some failed"
PARTLY_ANSWERED = "partly answered"
NOT_RUN = "not run yet"
EXERCISE = "exercise"  # the name that every test cell binds: `with expect.exercise(…) as exercise:`


def report() -> None:
    """Check this notebook's answers as they are now, and show a table and what failed.

    Runs every test cell again that has been run since the kernel started. Nothing is trained again, and names
    that the notebook uses keep their values. Test cells that have not been run are listed when the notebook's
    file can be found (Jupyter and VS Code tell where it is).
    """
    from IPython import get_ipython

    shell = get_ipython()
    ran = test_cells(shell.user_ns["In"])
    in_file = _of_notebook_file(shell.user_ns)
    known = in_file if ran.keys() <= in_file.keys() else ran
    checked = [
        check(ran[title], shell.user_ns) if title in ran else not_run(source)
        for title, source in known.items()
    ]
    remarks = [hidden_points(known.values())]
    if known is ran:
        remarks.append("Exercises whose check has not been run since the kernel started are not listed.")
    remark = "\n".join(filter(None, remarks))
    shown.show_text(as_text(checked, remark), as_html(checked, remark))


def hidden_points(sources: Iterable[str]) -> str:
    """What grading will add to the checks that are in these test cells, as a sentence; "" for nothing."""
    cells = [testcells.read(ast.parse(source)) for source in sources]
    left = sum((cell.exercises[0].points or 0) - cell.points for cell in cells if cell.exercises)
    return (
        f"Hidden checks, when this is graded: {results.points_text(left)} more to earn." if left > 0 else ""
    )


def test_cells(sources: list[str]) -> dict[str, str]:
    """The test cells among the sources of cells, by title of the exercise; of several, the last."""
    return {cell.title: source for source in sources if (cell := _read(source)) and cell.title is not None}


def not_run(source: str) -> ExerciseResult:
    """What there is to say of a test cell that was not run: no part was tried."""
    cell = testcells.read(ast.parse(source))
    return ExerciseResult(cell.title or "", 0, cell.points)


def check(source: str, namespace: dict[str, Any]) -> ExerciseResult:
    """Run a test cell quietly, and leave the namespace as it was.

    Args:
        source: the test cell.
        namespace: the globals of the notebook, which hold its answers.

    Returns:
        what it gave; `points` are those of the parts that this cell has.
    """
    result = not_run(source)
    points = result.points
    stopped: tuple[PartResult, ...] = ()
    with _restored(namespace), _quiet():
        namespace.pop(EXERCISE, None)
        try:
            exec(compile(source, f"<check of {result.title}>", "exec"), namespace)
        except CheckFailed:
            pass  # no part passed: the parts know why
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            stopped = (part_result("the check itself stopped", 0, results.FAILED, got=why),)
        if exercise := namespace.get(EXERCISE):
            result = exercise.result
    return replace(result, points=points, parts=result.parts + stopped)


def publish(source: str) -> None:
    """Check in this kernel, and hand the result to the program that executes the notebook.

    Args:
        source: the test cell.
    """
    from IPython import get_ipython

    shown.show(check(source, get_ipython().user_ns))


def state(result: ExerciseResult) -> str:
    """How an exercise stands, in words.

    Returns:
        `ALL_PASSED`, `SOME_FAILED`, `PARTLY_ANSWERED`, `NOT_RUN` or "not answered yet".
    """
    if not result.parts:
        return NOT_RUN
    if not result.failed:
        return ALL_PASSED
    if any(part.state == results.FAILED for part in result.failed):
        return SOME_FAILED
    return UNANSWERED_MARK if len(result.failed) == len(result.parts) else PARTLY_ANSWERED


def as_text(checked: list[ExerciseResult], remark: str = "") -> str:
    """A table of the results, then what the checks that failed say.

    Args:
        checked: in the order of the notebook.
        remark: a sentence below the table.
    """
    if not checked:
        return "No check has been run since the kernel started. Run the notebook's cells from the top."
    rows = _rows(checked)
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    head, *body, total = (f"{row[0]:{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]}".rstrip() for row in rows)
    rule = "-" * max(map(len, body))
    lines = [head, rule, *body, rule, total, *_remarks(checked, remark)]
    for result in _to_correct(checked):
        lines += ["", result.title, *map(str, result.failed)]
    return "\n".join(lines)


def as_html(checked: list[ExerciseResult], remark: str = "") -> str:
    """The same as HTML; arguments as those of `as_text`."""
    if not checked:
        return f"<div>{escape(as_text(checked))}</div>"
    head, *body, total = _rows(checked)
    signs = [shown.sign(result) if result.parts else "" for result in checked]
    rows = [("", *head), *((mark, *row) for mark, row in zip(signs, body, strict=True)), ("", *total)]
    return shown.table_as_html(rows, _remarks(checked, remark), _to_correct(checked))


def _rows(checked: list[ExerciseResult]) -> list[tuple[str, str, str]]:
    """The table: its head, a row for each exercise, the sum."""
    totals = sum(result.earned for result in checked), sum(result.points for result in checked)
    return [
        ("Exercise", "Points", "State"),
        *((result.title, _points(result.earned, result.points), state(result)) for result in checked),
        ("All of these", _points(*totals), ""),
    ]


def _remarks(checked: list[ExerciseResult], remark: str) -> list[str]:
    lines = []
    if any(not result.points for result in checked):
        lines.append("–: only the form of the answer is checked here; its points are given in the grading.")
    return [*lines, *remark.splitlines()]


def _to_correct(checked: list[ExerciseResult]) -> list[ExerciseResult]:
    """Exercises that were answered, and have parts that did not pass."""
    return [result for result in checked if state(result) in (SOME_FAILED, PARTLY_ANSWERED)]


def _points(earned: float, available: float) -> str:
    return f"{earned:g} of {available:g}" if available else "–"


def _read(source: str) -> TestCell | None:
    """A cell as a test cell; None where it cannot be one."""
    if "expect.exercise" not in source:
        return None
    try:
        return testcells.read(ast.parse(source))
    except SyntaxError:
        return None


@contextmanager
def _restored(namespace: dict[str, Any]) -> Iterator[None]:
    """Give every name its value back: what a test cell defines would overwrite names of the student's."""
    before = dict(namespace)
    try:
        yield
    finally:
        for name in namespace.keys() - before.keys():
            del namespace[name]
        namespace.update(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the checks and the student's functions print and draw from the screen."""
    from IPython import InteractiveShell
    from IPython.utils.capture import capture_output

    with capture_output() if InteractiveShell.initialized() else redirect_stdout(io.StringIO()):
        yield


def _of_notebook_file(namespace: dict[str, Any]) -> dict[str, str]:
    """Test cells of the file of this kernel's notebook; none where its place is not known."""
    name = namespace.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    try:
        cells = json.loads(Path(name or "").read_text("utf-8"))["cells"]
        return test_cells(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
