"""Rules that the cells of a practical keep: exercise and test pairs, points, delimiters, grade ids."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.utils import is_grade

from autograder.authoring.seeds import equal_seeds
from autograder.errors import PracticalsError
from autograder.practical.cells import describe, grade_id, is_essay, is_exercise, is_test, name_of, syntax
from autograder.practical.names import loads, reads_first, stores
from autograder.practical.testcells import HEADING, exercise_numbers, read_test

TEST_SUFFIX = "-test"
SCORE = "exercise.score"
DELIMITER = re.compile(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")
PACKAGE = __name__.partition(".")[0]  # what graders run, which students do not have
POINTS = re.compile(r"\((\d+(?:\.\d+)?) points?\b[^()]*\)\s*$")  # at the end of a heading
YEAR = re.compile(r"\s*(\d{4}[.)])\s")  # begins a numbered list that nobody meant
TABLE_HEAD = re.compile(r"\|\s*Exercise\s*\|\s*Points\s*\|")
TABLE_CELL = re.compile(r"\|\s*(\d+\w?)\s[^|]*\|\s*(\d+(?:\.\d+)?)\s*(?=\|)")
TABLE_TOTAL = re.compile(r"\|\s*\**Total\**\s*\|\s*\**(\d+(?:\.\d+)?)\**\s*\|")


def broken_rules(notebook: NotebookNode) -> list[str]:
    """What is wrong with the cells of a practical, one sentence each; empty when nothing is."""
    problems = [*_grade_id_problems(notebook), *_points_problems(notebook), *_name_problems(notebook)]
    names = {grade_id(cell) for cell in notebook.cells}
    for index, cell in enumerate(notebook.cells):
        problems += [f"{describe(cell, index)}: {one}" for one in _delimiter_problems(cell)]
        problems += [f"{describe(cell, index)}: {one}" for one in _syntax_problems(cell, index)]
        problems += [f"{describe(cell, index)}: {one}" for one in _list_problems(cell)]
        if not (is_exercise(cell) or is_essay(cell) or is_test(cell)):
            continue
        where, name = describe(cell, index), grade_id(cell)
        if not name:
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
    test = read_test(cell, index)
    points = cell.metadata.nbgrader.get("points", 0)
    if any(heading.points is None for heading in (*test.exercises, *test.parts)):
        problems.append("points are written as numbers, `points=2`, in exercise(…) and part(…)")
    else:
        if test.points != points:
            problems.append(f"its parts have {test.points:g} points and the cell {points:g}")
        totals = [exercise.points for exercise in test.exercises]
        if totals != [points]:
            total = f"{totals[0]:g} points" if len(totals) == 1 else f"{len(totals)} exercises"
            problems.append(f"expect.exercise(…) says {total} and the cell has {points:g} points")
    if test.last != SCORE:
        problems.append(f"its last line is not `{SCORE}`")
    return problems


def _delimiter_problems(cell: NotebookNode) -> list[str]:
    """Delimiters of solutions, hidden tests and mark schemes that have no other half."""
    problems: list[str] = []
    opened: tuple[str, int] | None = None
    for number, line in enumerate(cell.source.splitlines(), 1):
        for half, what in DELIMITER.findall(line):
            if half == "BEGIN" and opened:
                problems.append(_missing_end(*opened))
            elif half == "END" and (opened is None or opened[0] != what):
                problems.append(f"line {number} has ### END {what}, and no ### BEGIN {what} stands before it")
            opened = (what, number) if half == "BEGIN" else None
    return [*problems, _missing_end(*opened)] if opened else problems


def _missing_end(what: str, line: int) -> str:
    return f"### BEGIN {what} in line {line} has no ### END {what}"


def _syntax_problems(cell: NotebookNode, index: int) -> list[str]:
    """What is wrong with the code of a cell; what is not Python is told elsewhere."""
    if cell.cell_type != "code":
        return []
    try:
        tree = syntax(cell, index)
    except PracticalsError:
        return []
    return [*_import_problems(tree), *equal_seeds(tree)]


def _import_problems(tree: ast.Module) -> list[str]:
    """Imports of the graders' package."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [
        (node.lineno, name)
        for node in imports
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
    ]
    return [
        f"line {line} imports {name}, which students do not have; notebooks import course_utils"
        for line, name in names
        if name.partition(".")[0] == PACKAGE
    ]


def _list_problems(cell: NotebookNode) -> list[str]:
    """Lines of text that Markdown takes for items of a numbered list, since they begin with a year."""
    if cell.cell_type != "markdown":
        return []
    return [
        f"line {number} begins with “{found[1]}”, which Markdown takes for a numbered list: move a word there"
        for number, line in enumerate(cell.source.splitlines(), 1)
        if (found := YEAR.match(line))
    ]


@dataclass(frozen=True)
class _Names:
    """The names of the notebook's top level in a code cell, which messages call `where`."""

    where: str
    tests: bool
    bound: set[str]
    read: set[str]  # before the cell binds them
    in_functions: set[str]  # read when a function of the cell is called


def _name_problems(notebook: NotebookNode) -> list[str]:
    """Test cells that overwrite a name of the notebook which a cell after them reads."""
    cells: list[_Names] = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            try:
                tree = syntax(cell, index)
            except PracticalsError:
                continue  # told elsewhere
            functions: list[ast.stmt] = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
            in_functions = loads(ast.Module(functions, []))
            where, tests = describe(cell, index), is_test(cell)
            cells.append(_Names(where, tests, stores(tree), reads_first(tree), in_functions))
    problems: list[str] = []
    owners: dict[str, str] = {}  # by name: the last cell before that binds it and is not a test
    callers: dict[str, str] = {}  # by name: the last cell before whose functions read it
    for place, cell_names in enumerate(cells):
        if not cell_names.tests:
            owners |= dict.fromkeys(cell_names.bound, cell_names.where)
            callers |= dict.fromkeys(cell_names.in_functions, cell_names.where)
            continue
        for name in sorted(cell_names.bound & owners.keys()):
            reader = _reader(name, cells[place + 1 :]) or callers.get(name)
            if reader:
                problems.append(
                    f"{cell_names.where} assigns `{name}`, which is defined in {owners[name]} and read in "
                    f"{reader}: choose another name in the test"
                )
    return problems


def _reader(name: str, cells: list[_Names]) -> str | None:
    """The first of some cells that reads a name before any of them binds it."""
    for cell in cells:
        if name in cell.read:
            return cell.where
        if name in cell.bound:
            return None
    return None


def _points_problems(notebook: NotebookNode) -> list[str]:
    """Where headings, and the table of exercises, say other points than the graded cells have."""
    if not all(grade_id(cell) for cell in notebook.cells if is_grade(cell)):
        return []  # told elsewhere
    numbers = exercise_numbers(notebook)
    by_number: defaultdict[str, float] = defaultdict(float)
    problems, heading, earned = [], "", 0.0
    total = 0.0
    for cell in [*notebook.cells, None]:
        if cell is not None and is_grade(cell):
            points = cell.metadata.nbgrader.get("points", 0)
            total, earned = total + points, earned + points
            by_number[numbers.get(name_of(cell), "")] += points
        found = HEADING.findall(cell.source) if cell is not None and cell.cell_type == "markdown" else []
        if (found and not is_grade(cell)) or cell is None:
            said = POINTS.search(heading)
            if said and earned and float(said[1]) != earned:
                problems.append(f"the heading “{heading}” says {said[1]} points, its cells have {earned:g}")
            heading, earned = (found[-1], 0.0) if found else ("", 0.0)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and TABLE_HEAD.search(cell.source):
            problems += [
                f"the table of exercises says {said} points for exercise {number}, its cells have "
                f"{by_number[number]:g}"
                for number, said in TABLE_CELL.findall(cell.source)
                if number in by_number and float(said) != by_number[number]
            ]
            problems += [
                f"the table of exercises says {said} points in all, the cells have {total:g}"
                for said in TABLE_TOTAL.findall(cell.source)
                if float(said) != total
            ]
    return problems
