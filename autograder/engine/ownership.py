"""Which names of a notebook are the student's and which the course's, read from the order of its cells.

A test cell runs in a process of its own. The rules for the names that it uses:

1. Built-in names are Python's, whatever a student calls a variable.
2. A name that an import of the course binds (`np`, `keras`, `expect`) is the course's for good.
3. A name that a given cell or a test cell stores last is the course's, if what it is made from is the
course's too. Such statements of given cells (data loaded, constants, functions) run in both processes, as far
as tests need them. 4. Every other name is the student's: a test gets a copy of it, a rebuilt model, or a
proxy. A student's cell may take over a name of rule 3 only where the reference solution stores it too.
"""

import ast
import builtins
import threading
from dataclasses import dataclass, field
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from autograder.engine.rebuild import STUDENT_CELL
from autograder.practical.cells import grade_id, is_test
from autograder.practical.names import alias_names, loads, stores, used_by_functions
from course_utils.experiments import is_experiment

MAX_SOURCE = 1_000_000  # characters of a cell that is looked at
# Python 3.11 counts the depth of a tree in one place for all threads: two that build trees at a time may get
# a SystemError (python/cpython#106905)
PARSING = threading.Lock()
PYTHONS = {*dir(builtins), "get_ipython", "display", "In", "Out", "_", "__name__", "exit", "quit"}


@dataclass
class Plan:
    """Who defines what.

    Args:
        names: by the index of each test cell, the names that it gets from the student.
        beside: by the index of a given cell, the code of it that also runs beside the tests.
        definitions: by the index of each test cell, its imports, functions and classes, which later ones may
            use.
    """

    names: dict[int, list[str]] = field(default_factory=dict)
    beside: dict[int, str] = field(default_factory=dict)
    definitions: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Statement:
    """A statement of a given cell."""

    code: str
    stores: frozenset[str]
    loads: frozenset[str]
    functions_use: frozenset[str]
    is_import: bool
    is_bare: bool  # an expression by itself: it matters only by what it does to objects


@dataclass(frozen=True)
class _TestCell:
    """What a test cell needs from outside, and what it leaves to later ones."""

    free: frozenset[str]
    stores: frozenset[str]
    imports: frozenset[str]
    functions_use: frozenset[str]
    definitions: str


def stored_names(source: str) -> set[str]:
    """Names that a cell stores at the top level of the notebook; none if it is not Python."""
    tree = _tree(source)
    return stores(tree) if tree else set()


def plan(notebook: NotebookNode, references: dict[str, set[str]] | None = None) -> Plan:
    """Read a rebuilt notebook.

    Args:
        notebook: from `rebuild`; its given cells and tests are the course's, the others the student's.
        references: by grade_id, the names that the reference solution stores; None if it is not known, and
            then a student's cell takes over every name that it stores, except imported ones.
    """
    made = Plan()
    course: set[str] = set()  # names that are the course's at this point
    imported: set[str] = set()
    given: list[tuple[int, _Statement]] = []  # those that only need what is the course's, with their cells
    carried: set[str] = set()  # what functions of the course use when they are called later
    wanted: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or is_experiment(cell):
            continue
        if is_test(cell):
            if (test := _test_cell(cell.source)) is None:
                continue
            used = test.free | carried
            wanted |= used
            made.names[index] = sorted(used - course - PYTHONS)
            course |= test.stores
            imported |= test.imports
            carried |= test.functions_use
            made.definitions[index] = test.definitions
        elif _is_students(cell):
            taken = stored_names(cell.source) - imported
            if references is not None:
                taken -= course - references.get(grade_id(cell) or "", set())
            course -= taken
        else:
            for statement in _statements(cell.source):
                imported |= statement.stores if statement.is_import else set()
                if statement.is_import or statement.loads <= course | PYTHONS:
                    given.append((index, statement))
                    course |= statement.stores
                    carried |= statement.functions_use
                else:
                    course -= statement.stores - imported
    for index, statement in _needed(given, wanted, imported):
        made.beside[index] = made.beside.get(index, "") + statement.code + "\n"
    return made


def independent_cells(notebook: NotebookNode) -> list[int]:
    """Given cells that use no name that an answer, or another cell of the student's, could have made.

    Args:
        notebook: from `rebuild`.

    Returns:
        their indices; that one of these fails is hardly a student's fault.
    """
    found: list[int] = []
    course = set(PYTHONS)
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or is_test(cell) or is_experiment(cell):
            continue
        looked_up, stored = _looked_up_and_stored(cell.source)
        if not _is_students(cell) and looked_up <= course | stored:
            found.append(index)
            course |= stored
        else:
            course -= stored
    return found


def _is_students(cell: NotebookNode) -> bool:
    settings = cell.metadata.get("nbgrader", {})
    return bool(settings.get("solution")) or bool(cell.metadata.get("practicals", {}).get(STUDENT_CELL))


def _needed(
    given: list[tuple[int, _Statement]], wanted: set[str], imported: set[str]
) -> list[tuple[int, _Statement]]:
    """The statements that tests need, directly or through others, in their order."""
    chosen: set[int] = set()
    wanted = set(wanted)
    while True:
        before = len(chosen)
        for number, (_, statement) in enumerate(given):
            changes = statement.loads & wanted - imported if statement.is_bare else statement.stores & wanted
            if changes or "*" in statement.stores:
                chosen.add(number)
                wanted |= statement.loads
        if len(chosen) == before:
            return [one for number, one in enumerate(given) if number in chosen]


def _tree(source: str) -> ast.Module | None:
    """A cell's syntax tree, magics turned into calls; None if it is not Python (then it stores nothing)."""
    if len(source) > MAX_SOURCE:
        return None
    try:
        code = TransformerManager().transform_cell(source)
        with PARSING:
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=256)  # a class has the same given cells and test cells in every notebook
def _statements(source: str) -> tuple[_Statement, ...]:
    """The statements of a given cell; none if it is not Python."""
    tree = _tree(source)
    found = []
    for node in tree.body if tree else ():
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        module = ast.Module([node], [])
        looked_up = loads(module)
        if not is_import and "get_ipython" in looked_up:  # a magic: it shows something, or asks for a package
            continue
        found.append(
            _Statement(
                code=ast.unparse(module),
                stores=frozenset(stores(module)),
                loads=frozenset(looked_up),
                functions_use=frozenset(used_by_functions(module)),
                is_import=is_import,
                is_bare=isinstance(node, ast.Expr),
            )
        )
    return tuple(found)


@lru_cache(maxsize=256)
def _looked_up_and_stored(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names that a cell looks up and stores at the notebook's top level; none if it is not Python."""
    tree = _tree(source)
    return (frozenset(loads(tree)), frozenset(stores(tree))) if tree else (frozenset(), frozenset())


@lru_cache(maxsize=256)
def _test_cell(source: str) -> _TestCell | None:
    """What `plan` needs to know of a test cell; None if it is not Python."""
    tree = _tree(source)
    if tree is None:
        return None
    return _TestCell(
        free=frozenset(_free(tree)),
        stores=frozenset(stores(tree)),
        imports=frozenset(_imports(tree)),
        functions_use=frozenset(used_by_functions(tree)),
        definitions=_definitions(tree),
    )


def _definitions(tree: ast.Module) -> str:
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, kinds))


def _imports(tree: ast.Module) -> set[str]:
    return {
        name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in alias_names(node)
    }


def _free(tree: ast.Module) -> set[str]:
    """Names that a test cell needs from outside: those it looks up and does not surely store before."""
    return loads(tree) - (_stored_first(tree.body) - used_by_functions(tree))


def _stored_first(body: list[ast.stmt]) -> set[str]:
    """Names that the statements store before they look them up, whatever branches are taken."""
    stored: set[str] = set()
    seen: set[str] = set()

    def look_up(node: ast.AST) -> None:
        seen.update({one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - stored)

    def go(statements: list[ast.stmt]) -> None:
        for node in statements:
            if isinstance(node, ast.With):
                for item in node.items:
                    look_up(item.context_expr)
                    if isinstance(item.optional_vars, ast.Name):
                        stored.update({item.optional_vars.id} - seen)
                go(node.body)
            elif isinstance(node, ast.Assign) and all(
                isinstance(target, ast.Name | ast.Tuple) for target in node.targets
            ):
                look_up(node.value)
                names = [
                    one for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)
                ]
                stored.update({one.id for one in names if isinstance(one.ctx, ast.Store)} - seen)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                stored.update(alias_names(node) - seen)
            else:
                look_up(node)

    go(body)
    return stored
