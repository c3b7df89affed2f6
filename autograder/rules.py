"""Rules that the cells of a practical keep: exercise and test pairs, points, scores, grade ids."""

import ast

from nbformat import NotebookNode

from autograder.errors import PracticalsError
from autograder.notebooks import describe, grade_id, is_essay, is_exercise, is_test, syntax

TEST_SUFFIX = "-test"
SCORE = "exercise.score"


def broken_rules(notebook: NotebookNode) -> list[str]:
    """What is wrong with the cells of a practical, one sentence each; empty when nothing is."""
    problems = _grade_id_problems(notebook)
    names = {grade_id(cell) for cell in notebook.cells}
    for index, cell in enumerate(notebook.cells):
        where, name = describe(cell, index), grade_id(cell)
        if (is_exercise(cell) or is_essay(cell) or is_test(cell)) and not name:
            problems.append(f"{where} is graded but has no grade_id")
            continue
        if is_exercise(cell) and name + TEST_SUFFIX not in names:
            problems.append(f"{where} has no test cell {name + TEST_SUFFIX!r}")
        if is_test(cell):
            if name.removesuffix(TEST_SUFFIX) == name or name.removesuffix(TEST_SUFFIX) not in names:
                problems.append(
                    f"{where} has no exercise: a test is called as its exercise with {TEST_SUFFIX!r} added"
                )
            try:
                problems += [f"{where}: {problem}" for problem in _test_problems(cell, index)]
            except PracticalsError as error:
                problems.append(error.problem)
    return problems


def _grade_id_problems(notebook: NotebookNode) -> list[str]:
    problems = []
    ids: dict[str, str] = {}
    for index, cell in enumerate(notebook.cells):
        where = f"{describe(cell, index)} (cell {index + 1})"
        if cell["id"] in ids:
            problems.append(f"{where} has the name of {ids[cell['id']]}: every grade_id is used once")
        ids.setdefault(cell["id"], where)
    return problems


def _test_problems(cell: NotebookNode, index: int) -> list[str]:
    problems = []
    tree = syntax(cell, index)
    points = cell.metadata.nbgrader.get("points", 0)
    parts, totals = _points_of(tree, "part"), _points_of(tree, "exercise")
    if None in parts or None in totals:
        problems.append("points are written as numbers, `points=2`, in exercise(…) and part(…)")
    else:
        if sum(parts) != points:
            problems.append(f"its parts have {sum(parts):g} points and the cell {points:g}")
        if totals != [points]:
            total = f"{totals[0]:g} points" if len(totals) == 1 else f"{len(totals)} exercises"
            problems.append(f"expect.exercise(…) says {total} and the cell has {points:g} points")
    last = tree.body[-1] if tree.body else None
    if not (isinstance(last, ast.Expr) and ast.unparse(last) == SCORE):
        problems.append(f"its last line is not `{SCORE}`")
    return problems


def _points_of(tree: ast.Module, method: str) -> list[float | None]:
    """The `points` of each call of `….method(…)`; None where they are no number."""
    found: list[float | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            values = [keyword.value for keyword in node.keywords if keyword.arg == "points"]
            number = values[0].value if values and isinstance(values[0], ast.Constant) else None
            found.append(number if isinstance(number, int | float) else None)
    return found
