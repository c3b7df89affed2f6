"""Reads what a test cell is made of from its code: its exercise, parts and checks; nothing is run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from course_utils.results import one_line

BOUNDS = ("at_least", "at_most")
EXERCISE = ("expect", "exercise")


@dataclass(frozen=True)
class Heading:
    """What `expect.exercise(title, points=n)` or `exercise.part(title, points=n)` says of itself.

    Args:
        title: on one line, as results have it; None where it is not written out.
        points: None where they are not written as a number.
    """

    title: str | None
    points: float | None


@dataclass(frozen=True)
class Check:
    """A call of one of the functions of `expect`.

    Args:
        kind: the function's name, such as "equal".
        line: of the cell, from 1.
        is_measured: whether it names a figure, `figure=…`.
        figure: the figure's name; None without one, or where it is not written out.
        threshold: of `at_least` and `at_most`; None where it is not written as a number.
    """

    kind: str
    line: int
    is_measured: bool = False
    figure: str | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class TestCell:
    """A test cell.

    Args:
        exercises: its calls of `expect.exercise`; a cell as it should be has one.
        parts: in their order, the hidden ones too where they are in the code.
        checks: in their order.
        last: the expression in its last line, which nbgrader takes for the score; "" where there is none.
    """

    __test__ = False  # pytest: this is not a test

    exercises: tuple[Heading, ...]
    parts: tuple[Heading, ...]
    checks: tuple[Check, ...]
    last: str

    @property
    def title(self) -> str | None:
        """The title of its exercise; None for a cell that has none."""
        return self.exercises[0].title if self.exercises else None

    @property
    def points(self) -> float:
        """The points of its parts together."""
        return sum(part.points or 0 for part in self.parts)


def read(tree: ast.Module) -> TestCell:
    """Read a test cell from its syntax tree."""
    calls = list(_calls(tree))
    last = tree.body[-1] if tree.body else None
    return TestCell(
        exercises=tuple(_heading(call) for owner, name, call in calls if (owner, name) == EXERCISE),
        parts=tuple(_heading(call) for _, name, call in calls if name == "part"),
        checks=tuple(
            _check(name, call)
            for owner, name, call in calls
            if owner == "expect" and (owner, name) != EXERCISE
        ),
        last=ast.unparse(last) if isinstance(last, ast.Expr) else "",
    )


def _calls(tree: ast.Module) -> Iterator[tuple[str | None, str, ast.Call]]:
    """The calls `owner.name(…)`, in the order in which they are written."""
    found = [
        (node.lineno, node.col_offset, getattr(node.func.value, "id", None), node.func.attr, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    for _, _, owner, name, call in sorted(found, key=lambda one: one[:2]):
        yield owner, name, call


def _heading(call: ast.Call) -> Heading:
    title = _written(call.args[0]) if call.args else None
    return Heading(
        one_line(title) if isinstance(title, str) else None, _number(_keywords(call).get("points"))
    )


def _check(kind: str, call: ast.Call) -> Check:
    keywords = _keywords(call)
    if kind not in BOUNDS:
        return Check(kind, call.lineno)
    figure = _written(keywords.get("figure"))
    return Check(
        kind,
        call.lineno,
        "figure" in keywords,
        figure if isinstance(figure, str) else None,
        _number(keywords.get("threshold", call.args[1] if len(call.args) > 1 else None)),
    )


def _keywords(call: ast.Call) -> dict[str | None, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


def _written(node: ast.expr | None) -> object:
    """The value that is written out in the code; None where it is worked out."""
    try:
        return None if node is None else ast.literal_eval(node)
    except (TypeError, ValueError):
        return None


def _number(node: ast.expr | None) -> float | None:
    value = _written(node)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
