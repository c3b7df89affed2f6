"""An instructor's own points: what points.toml of the course says, and a notebook with these points in it."""

import ast
import copy
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from autograder.errors import PracticalsError
from autograder.practical.cells import grade_id, is_test, name_of
from autograder.practical.paths import COURSE_ROOT_MARKER, practical_names
from autograder.practical.testcells import HEADING, read_test

FILE = "points.toml"  # beside nbgrader_config.py
TEST = "-test"  # behind the name of an exercise: its test cell
BONUS = "bonus"  # in a graded cell's `practicals` metadata: points that count beyond the maximum
FORM = "Write NAME = 3, NAME = 0 for an exercise that does not count, or NAME = { bonus = 3 }"
IN_HEADING = re.compile(r"\((\d+(?:\.\d+)?)\s+points?\b([^()]*)\)(?=\s*#*$)", re.IGNORECASE)
EXERCISE_NUMBER = re.compile(r"exercise\s+(\d+\w?)\b", re.IGNORECASE)
TABLE = re.compile(r"^\|\s*Exercise\s*\|\s*Points\s*\|", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Points:
    """What an exercise counts; a bonus is added to the score, and not to the maximum."""

    points: float
    is_bonus: bool = False


def own_points(root: Path, practical: str) -> dict[str, Points]:
    """What the course's points.toml says of a practical, by exercise; empty where there is no such file.

    Raises:
        PracticalsError: the file cannot be read, names a practical that is not there, or says of an exercise
            something that is not a number of points.
    """
    path = root / FILE
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PracticalsError(f"{path} cannot be read: {error}", "Correct it there") from error
    known = practical_names(root)
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise PracticalsError(
                f"{path}: {name!r} stands before any practical", f"Write [PRACTICAL] above it. {FORM}"
            )
        if name not in known:
            raise PracticalsError(
                f"{path}: there is no practical called {name!r}",
                f"The practicals here are: {', '.join(known)}",
            )
    return {
        name: _points(f"{path}, [{practical}], {name}", one)
        for name, one in tables.get(practical, {}).items()
    }


def _points(where: str, said: object) -> Points:
    is_bonus = isinstance(said, dict) and set(said) == {"bonus"}
    number = said["bonus"] if isinstance(said, dict) and is_bonus else said
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise PracticalsError(f"{where}: {said!r} is not a number of points", FORM)
    if number < 0 or (is_bonus and not number):
        least = "must be above 0" if is_bonus else "cannot be below 0"
        raise PracticalsError(f"{where}: {number:g} points; they {least}", FORM)
    return Points(float(number), is_bonus)


def course_of(folder: Path) -> Path | None:
    """The course whose source/PRACTICAL a folder is, or None."""
    root = folder.resolve().parent.parent
    return root if (root / COURSE_ROOT_MARKER).is_file() else None


def with_own_points(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A source notebook as its course's points.toml has it; errors as `own_points` and `with_points`.

    Args:
        notebook: as authors wrote it.
        folder: in which it is, source/PRACTICAL.
    """
    root = course_of(folder)
    own = own_points(root, folder.resolve().name) if root is not None else {}
    return with_points(notebook, own, str(root / FILE)) if root is not None and own else notebook


def with_points(notebook: NotebookNode, own: Mapping[str, Points], file: str = FILE) -> NotebookNode:
    """A copy of a notebook with other points, wherever it has them.

    Points stand in the metadata of the graded cell, in its test (`points=` of the exercise and of its parts,
    which keep their shares, to hundredths of a point), in the heading above it and in a table of exercises.
    A bonus has 0 points in nbgrader's metadata, and its own in the cell's `practicals` metadata.

    Args:
        notebook: as authors wrote it.
        own: points by the name of the exercise, or essay; others stay.
        file: where they are said, for messages.

    Raises:
        PracticalsError: there is no such exercise, or its test gives points in a way that cannot be changed.
    """
    made = copy.deepcopy(notebook)
    graded = [cell for cell in made.cells if is_grade(cell)]
    cells = {_exercise(cell, made): cell for cell in graded}
    if unknown := next((name for name in own if name not in cells), None):
        close = get_close_matches(unknown, cells, n=1)
        said = f"Did you mean {close[0]}?" if close else f"The exercises are: {', '.join(cells)}"
        raise PracticalsError(f"{file}: there is no exercise called {unknown!r}", said)
    before = {name_of(cell): Points(float(cell.metadata.nbgrader.points)) for cell in graded}
    after = dict(before)
    for name, points in own.items():
        cell = cells[name]
        after[name_of(cell)] = points
        if is_test(cell):
            cell.source = _with_shares(cell, before[name_of(cell)].points, points.points, f"{file}, {name}")
        cell.metadata.nbgrader["points"] = 0 if points.is_bonus else _plain(points.points)
        if points.is_bonus:
            cell.metadata["practicals"] = {**cell.metadata.get("practicals", {}), BONUS: points.points}
    _retell(made, before, after)
    return made


def bonus_of(cell: NotebookNode) -> float | None:
    """The points of a graded cell that is a bonus; None where it is none."""
    return cell.metadata.get("practicals", {}).get(BONUS)


def points_of(cell: NotebookNode) -> float:
    """The most that a graded cell gives, as a bonus or not."""
    bonus = bonus_of(cell)
    return float(cell.metadata.nbgrader.points) if bonus is None else float(bonus)


def _exercise(cell: NotebookNode, notebook: NotebookNode) -> str:
    """The name by which people know a graded cell: a test goes by its exercise."""
    name = name_of(cell)
    stem = name.removesuffix(TEST)
    return stem if any(grade_id(one) == stem and is_solution(one) for one in notebook.cells) else name


def _with_shares(cell: NotebookNode, before: float, after: float, where: str) -> str:
    """The source of a test cell with other points for its exercise, and for each part its share."""
    cannot = "Change the points in the practical's text instead"
    test = read_test(cell, 0)
    if not test.exercises:
        if test.last:
            raise PracticalsError(f"{where}: its test works the points out by itself", cannot)
        return cell.source  # it passes or fails as a whole, and nbgrader knows how many points
    try:
        calls = [
            (node.func.attr, keyword.value)
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if node.func.attr in ("exercise", "part")
            for keyword in node.keywords
            if keyword.arg == "points" and isinstance(keyword.value, ast.Constant)
        ]
    except SyntaxError as error:
        raise PracticalsError(f"{where}: its test has lines that are not Python", cannot) from error
    calls.sort(key=lambda call: (call[1].lineno, call[1].col_offset))
    parts = [value for kind, value in calls if kind == "part"]
    if len(calls) != len(parts) + 1 or len(parts) != len(test.parts) or (after and not test.points):
        raise PracticalsError(f"{where}: its test has no points that can be shared out", cannot)
    shares = _shares([float(str(part.value)) for part in parts], after)
    numbers = [(value, after) for kind, value in calls if kind == "exercise"]
    numbers += zip(parts, shares, strict=True)
    lines = [line.encode() for line in cell.source.split("\n")]  # ast counts bytes
    for value, number in sorted(numbers, key=lambda one: (one[0].lineno, one[0].col_offset), reverse=True):
        line = lines[value.lineno - 1]
        text = str(_plain(number)).encode()
        lines[value.lineno - 1] = line[: value.col_offset] + text + line[value.end_col_offset :]
    return b"\n".join(lines).decode()


def _shares(parts: list[float], points: float) -> list[float]:
    """Points shared out as the parts have them, to hundredths; the sum is never above the points."""
    total = sum(parts)
    shares, given, seen = [], 0.0, 0.0
    for part in parts:
        seen += part
        until = points if seen == total else round(points * seen / total, 2)
        shares.append(round(until - given, 10) if part else 0.0)
        given = until
    while sum(shares) > points:  # by rounding: nbgrader refuses a score above the maximum
        last = max(index for index, share in enumerate(shares) if share)
        shares[last] = math.nextafter(shares[last], 0)
    return shares


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _retell(notebook: NotebookNode, before: Mapping[str, Points], after: Mapping[str, Points]) -> None:
    """Write the points into the headings above graded cells, and into a table of the exercises."""
    texts = [cell for cell in notebook.cells if cell.cell_type == "markdown" and not is_solution(cell)]
    numbered: dict[str, tuple[float, list[Points]]] = {}
    above: NotebookNode | None = None
    below: dict[int, list[str]] = {}
    for cell in notebook.cells:
        if cell in texts and HEADING.search(cell.source):
            above = cell
        elif is_grade(cell) and above is not None:
            below.setdefault(notebook.cells.index(above), []).append(name_of(cell))
    for index, names in below.items():
        cell = notebook.cells[index]
        heading = list(HEADING.finditer(cell.source))[-1]
        old, new = sum(before[name].points for name in names), [after[name] for name in names]
        if number := EXERCISE_NUMBER.search(heading[0]):
            numbered[number[1]] = old, new
        found = IN_HEADING.search(heading[0])
        if found is None or float(found[1]) != old or all(after[name] == before[name] for name in names):
            continue
        start = heading.start() + found.start()
        said = f"({_in_words(new)}{found[2]})"
        cell.source = cell.source[:start] + said + cell.source[start + len(found[0]) :]
    for cell in texts:
        if TABLE.search(cell.source):
            total = sum(one.points for one in before.values()), list(after.values())
            cell.source = "\n".join(_row(line, numbered, total) for line in cell.source.split("\n"))


def _in_words(points: list[Points]) -> str:
    counted, bonus = _sums(points)
    if bonus:
        return (
            f"{bonus:g} point{'s' * (bonus != 1)}, bonus"
            if not counted
            else f"{counted:g} points and {bonus:g} bonus"
        )
    return f"{counted:g} point{'s' * (counted != 1)}" + ", does not count" * (not counted)


def _sums(points: list[Points]) -> tuple[float, float]:
    """Points that count towards the maximum, and those beyond it."""
    counted = sum(one.points for one in points if not one.is_bonus)
    return counted, sum(one.points for one in points if one.is_bonus)


def _row(
    line: str, numbered: Mapping[str, tuple[float, list[Points]]], total: tuple[float, list[Points]]
) -> str:
    """A row "| 1 Square a number | 3 | | **Total** | **40** |" with the points as they are now."""
    fields = line.split("|")
    for index, field in enumerate(fields[:-1]):
        label = field.strip().strip("*")
        found = total if label.lower() == "total" else numbered.get(label.partition(" ")[0])
        amount = fields[index + 1].strip().strip("*")
        if found is None or amount != f"{found[0]:g}":
            continue
        counted, bonus = _sums(found[1])
        now = " + ".join(
            [*([f"{counted:g}"] if counted or not bonus else []), *([f"{bonus:g} bonus"] if bonus else [])]
        )
        fields[index + 1] = fields[index + 1].replace(amount, now)
    return "|".join(fields)
