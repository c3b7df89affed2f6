"""Runs the checks of a notebook again and shows one table of all exercises: what is done, what is missing.

In a notebook, `selfcheck.report()` checks the answers as they are in this kernel now; it trains nothing anew.
For a notebook file there is `python -m course_utils.selfcheck NOTEBOOK` (`course_utils.checkfile`).
"""

import ast
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course_utils.expect import UNANSWERED_MARK, CheckFailed

PASSED = "all passed"
FAILED = "some failed"
PARTLY_ANSWERED = "partly answered"
NOT_RUN = "not run yet"
RESULT_TYPE = "application/vnd.practicals.check+json"
EXERCISE = "exercise"  # the name that every test cell binds: `with expect.exercise(…) as exercise:`


@dataclass(frozen=True)
class Result:
    """What the checks of one exercise gave.

    Args:
        title: the exercise's name.
        earned: points of the parts that passed.
        available: points of all parts in the test cell.
        state: in words; one of `PASSED`, `FAILED`, `PARTLY_ANSWERED`, `NOT_RUN` and "not answered yet".
        feedback: what the parts that failed say; empty where there is nothing to say yet.
    """

    title: str
    earned: float
    available: float
    state: str
    feedback: str = ""


def report() -> None:
    """Check this notebook's answers as they are now, and print a table and what failed.

    Runs every test cell again that has been run since the kernel started. Nothing is trained again, and names
    that the notebook uses keep their values. Test cells that have not been run are listed when the notebook's
    file can be found (Jupyter and VS Code tell where it is).
    """
    from IPython import get_ipython

    shell = get_ipython()
    ran = test_cells(shell.user_ns["In"])
    in_file = _of_notebook_file(shell.user_ns)
    known = in_file if ran.keys() <= in_file.keys() else ran
    results = [
        check(ran[title], shell.user_ns) if title in ran else Result(title, 0, points_of(source), NOT_RUN)
        for title, source in known.items()
    ]
    print(
        as_text(
            results,
            "Exercises whose check has not been run since the kernel started are not listed."
            if known is ran
            else "",
        )
    )


def test_cells(sources: list[str]) -> dict[str, str]:
    """The test cells among the sources of cells, by title of the exercise; of several, the last."""
    found = {}
    for source in sources:
        if "expect.exercise" in source and (title := _title(source)) is not None:
            found[title] = source
    return found


def check(source: str, namespace: dict[str, Any]) -> Result:
    """Run a test cell quietly, and leave the namespace as it was.

    Args:
        source: the test cell.
        namespace: the globals of the notebook, which hold its answers.
    """
    title, available = _title(source), points_of(source)
    failure = None
    with _restored(namespace), _quiet():
        namespace.pop(EXERCISE, None)
        try:
            exec(compile(source, f"<check of {title}>", "exec"), namespace)
        except CheckFailed:
            pass  # no part passed: the parts know why
        except Exception as error:
            failure = f"✗ the check itself stopped: {type(error).__name__}: {error}"
        exercise = namespace.get(EXERCISE)
    parts = exercise.parts if exercise else []
    failed = [part for part in parts if not part.passed]
    feedback = [part.outcome for part in failed] + ([failure] if failure else [])
    earned = sum(part.points for part in parts if part.passed)
    if not feedback:
        return Result(title, earned, available, PASSED)
    if failure or not all(part.unanswered for part in failed):
        return Result(title, earned, available, FAILED, "\n".join(feedback))
    if len(failed) == len(parts):
        return Result(title, earned, available, UNANSWERED_MARK)
    return Result(title, earned, available, PARTLY_ANSWERED, "\n".join(feedback))


def publish(source: str) -> None:
    """Check in this kernel, and hand the result to the program that executes the notebook.

    Args:
        source: the test cell.
    """
    from IPython import get_ipython
    from IPython.display import publish_display_data

    publish_display_data({RESULT_TYPE: json.dumps(asdict(check(source, get_ipython().user_ns)))})


def points_of(source: str) -> float:
    """The points of all parts of a test cell."""
    return sum(
        keyword.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "part"
        for keyword in node.keywords
        if keyword.arg == "points" and isinstance(keyword.value, ast.Constant)
    )


def as_text(results: list[Result], remark: str = "") -> str:
    """A table of the results, then what the checks that failed say.

    Args:
        results: in the order of the notebook.
        remark: a sentence below the table.
    """
    if not results:
        return "No check has been run since the kernel started. Run the notebook's cells from the top."
    totals = sum(result.earned for result in results), sum(result.available for result in results)
    rows = [
        ("Exercise", "Points", "State"),
        *((result.title, _points(result.earned, result.available), result.state) for result in results),
        ("All of these", _points(*totals), ""),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    head, *body, total = (f"{row[0]:{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]}".rstrip() for row in rows)
    rule = "-" * max(map(len, body))
    lines = [head, rule, *body, rule, total]
    if any(not result.available for result in results):
        lines.append("–: only the form of the answer is checked here; its points are given in the grading.")
    if remark:
        lines.append(remark)
    for result in results:
        if result.feedback:
            lines += ["", result.title, result.feedback]
    return "\n".join(lines)


def _points(earned: float, available: float) -> str:
    return f"{earned:g} of {available:g}" if available else "–"


def _title(source: str) -> str | None:
    """The title in `with expect.exercise(title, …)`; None where a cell has no such statement."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return None
    for statement in statements:
        if isinstance(statement, ast.With):
            match statement.items[0].context_expr:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="expect"), attr="exercise"),
                    args=[ast.Constant(value=str(title)), *_],
                ):
                    return title
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


if __name__ == "__main__":
    try:
        from course_utils.checkfile import main
    except ImportError as missing:
        sys.exit(f"This Python has no package {missing.name}. Install it, or use the Python of the course.")
    sys.exit(main(sys.argv[1:]))
