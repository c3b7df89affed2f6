"""Mutants of reference solutions: the same code with one small mistake each, for tests to notice.

DeMillo, Lipton and Sayward, *Hints on test data selection: help for the practicing programmer*, Computer
11(4), 1978. The operators are what mistakes in numerical Python and Keras code look like.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SHORT = 80  # characters of a statement that is shown whole
CONTEXT = 30  # characters shown on each side of a change in a longer one
REMOVED = "(removed)"
BLOCKS = ("body", "orelse", "finalbody")
TRAINS = {"fit", "train_on_batch"}

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn], ast.NotIn: [ast.In],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
}  # fmt: skip
STAY = (
    ast.Return,
    ast.Import,
    ast.ImportFrom,
    ast.Pass,
    ast.FunctionDef,
    ast.ClassDef,
    ast.Nonlocal,
    ast.Global,
)


@dataclass(frozen=True)
class Mutant:
    """A solution cell with one change.

    Args:
        line: of the cell, counted from 1, where the change is.
        before: the statement that was changed, shortened around the change if it is long.
        after: the same after the change.
        source: the whole cell, changed; comments are lost.
    """

    line: int
    before: str
    after: str
    source: str


@dataclass(frozen=True)
class _Edit:
    """Set `field` of the node `owner` to `value`; `at` is the node that changes."""

    owner: ast.AST
    field: str
    value: Any
    at: ast.AST


def mutants(source: str) -> list[Mutant]:
    """All mutants of a solution cell, in the order of its lines, no two alike.

    Only what stands between `### BEGIN SOLUTION` and `### END SOLUTION` changes (everything, where these
    marks are missing). Mutants that are not Python, or compile to the code of the original, are left out.
    Where statements outside functions train a network, numbers stay as they are: they are settings, and many
    are right.

    Args:
        source: the cell, without magics.

    Raises:
        SyntaxError: it is not Python.
    """
    tree = ast.parse(source)
    lines = _solution_lines(source)
    statement_of: dict[int, ast.stmt] = {}
    _assign_statements(tree, None, statement_of)
    settings = _settings_of_training(tree)
    found: dict[str, Mutant] = {}
    original = _code(source)
    for edit in list(_edits(tree)):
        line = getattr(edit.at, "lineno", None)
        if line not in lines or id(edit.at) in settings:
            continue
        statement = statement_of[id(edit.at)]
        before = _header(statement)
        old = getattr(edit.owner, edit.field)
        setattr(edit.owner, edit.field, edit.value)
        try:
            changed = ast.unparse(tree)
            after = REMOVED if edit.at is statement and edit.field in BLOCKS else _header(statement)
        finally:
            setattr(edit.owner, edit.field, old)
        if changed in found or (code := _code(changed)) is None or code == original:
            continue
        found[changed] = Mutant(line, *_shortened(before, after), changed)
    return sorted(found.values(), key=lambda mutant: mutant.line)


def _solution_lines(source: str) -> set[int]:
    lines, inside = set(), False
    texts = source.splitlines()
    if not any(BEGIN in text for text in texts):
        return set(range(1, len(texts) + 1))
    for number, text in enumerate(texts, start=1):
        inside = (inside or BEGIN in text) and END not in text
        if inside:
            lines.add(number)
    return lines


def _assign_statements(node: ast.AST, statement: ast.stmt | None, found: dict[int, ast.stmt]) -> None:
    """The innermost statement that each node belongs to, by the node's id."""
    if isinstance(node, ast.stmt):
        statement = node
    if statement is not None:
        found[id(node)] = statement
    for child in ast.iter_child_nodes(node):
        _assign_statements(child, statement, found)


def _settings_of_training(tree: ast.Module) -> set[int]:
    """Ids of the constants outside functions, if the code there trains a network."""
    outside = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    nodes = [node for statement in outside for node in ast.walk(statement)]
    trains = any(isinstance(node, ast.Attribute) and node.attr in TRAINS for node in nodes)
    return {id(node) for node in nodes if isinstance(node, ast.Constant)} if trains else set()


def _code(source: str) -> tuple | None:
    """What the source compiles to, line numbers and 1 or 1.0 apart; None if it does not compile."""
    try:
        return _comparable(compile(source, "cell", "exec", dont_inherit=True))
    except (SyntaxError, ValueError):
        return None


def _comparable(code: Any) -> tuple:
    constants = tuple(
        _comparable(one) if hasattr(one, "co_code") else (isinstance(one, bool), one)
        for one in code.co_consts
    )
    return code.co_code, constants, code.co_names, code.co_varnames


def _edits(tree: ast.AST) -> Iterator[_Edit]:
    for owner in ast.walk(tree):
        yield from _own_edits(owner)
        for field, value in ast.iter_fields(owner):
            if field in BLOCKS and isinstance(value, list):
                for place, statement in enumerate(value):
                    if not isinstance(statement, STAY) and not _is_docstring(statement):
                        yield _Edit(owner, field, _without(value, place) or [ast.Pass()], statement)
            elif isinstance(value, list):
                for place, node in enumerate(value):
                    for new in _replacements(node, owner):
                        yield _Edit(owner, field, [*value[:place], new, *value[place + 1 :]], node)
            elif isinstance(value, ast.AST):
                for new in _replacements(value, owner):
                    yield _Edit(owner, field, new, value)


def _own_edits(node: ast.AST) -> Iterator[_Edit]:
    """Changes of a node's own fields."""
    match node:
        case ast.Constant(value=bool(value)):
            yield _Edit(node, "value", not value, node)
        case ast.Constant(value=int(value)):
            yield _Edit(node, "value", value + 1, node)
            if value > 0:
                yield _Edit(node, "value", value - 1, node)
        case ast.Constant(value=float(value)):
            yield _Edit(node, "value", 2 * value or 1.0, node)
        case ast.BinOp(op=ast.MatMult()):
            yield _Edit(node, "op", ast.Mult(), node)
        case ast.BinOp() | ast.AugAssign() if type(node.op) in ARITHMETIC:
            yield _Edit(node, "op", ARITHMETIC[type(node.op)](), node)
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                for other in COMPARISONS[type(operator)]:
                    yield _Edit(node, "ops", [*node.ops[:place], other(), *node.ops[place + 1 :]], node)
        case ast.BoolOp():
            yield _Edit(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And(), node)
        case ast.If() | ast.While() | ast.IfExp():
            yield _Edit(node, "test", ast.UnaryOp(ast.Not(), node.test), node.test)
        case ast.comprehension(ifs=[_, *_]):
            for place, condition in enumerate(node.ifs):
                negated = ast.UnaryOp(ast.Not(), condition)
                yield _Edit(node, "ifs", [*node.ifs[:place], negated, *node.ifs[place + 1 :]], condition)
        case ast.List(ctx=ast.Load()) | ast.Set():
            for place, element in enumerate(node.elts):
                yield _Edit(node, "elts", _without(node.elts, place), element)
        case ast.Tuple(ctx=ast.Load()):
            if len(node.elts) == 2:
                yield _Edit(node, "elts", node.elts[::-1], node)
        case ast.Dict():
            for place, entry in enumerate(node.values):
                both = ast.Dict(_without(node.keys, place), _without(node.values, place))
                yield _Edit(node, "__dict__", {**node.__dict__, **both.__dict__}, entry)
        case ast.Call():
            for place, keyword in enumerate(node.keywords):
                if keyword.arg is not None:
                    yield _Edit(node, "keywords", _without(node.keywords, place), keyword)
        case ast.Slice(step=None):
            if (node.lower is None) != (node.upper is None):
                swapped = {"lower": node.upper, "upper": node.lower}
                yield _Edit(node, "__dict__", {**node.__dict__, **swapped}, node)


def _replacements(node: ast.AST, owner: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place: a part of it."""
    match node:
        case ast.Call(args=[first, *_]):
            if not isinstance(first, ast.Starred | ast.Constant):
                yield first
        case ast.Call(func=ast.Attribute(value=receiver, attr=name)):
            # a call that stands alone is removed as a statement; a class is not a method
            if not isinstance(owner, ast.Expr) and name[0].islower():
                yield receiver
        case ast.Attribute(attr="T", value=array):
            yield array
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand


def _without(items: list, place: int) -> list:
    return items[:place] + items[place + 1 :]


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _header(statement: ast.stmt) -> str:
    """A statement on one line; of a compound one the line that ends in a colon."""
    text = ast.unparse(statement)
    if hasattr(statement, "body"):
        text = text.splitlines()[0]
    return " ".join(text.split())


def _shared(one: str, other: str) -> int:
    """How many characters the beginnings of two texts have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Two versions of a statement; what they share at both ends of a long one is cut down."""
    if max(len(before), len(after)) <= SHORT:
        return before, after
    if after == REMOVED:
        return before[:SHORT] + "…", after
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    cut, kept = max(start - CONTEXT, 0), max(end - CONTEXT, 0)

    def middle(text: str) -> str:
        return ("…" if cut else "") + text[cut : len(text) - kept] + ("…" if kept else "")

    return middle(before), middle(after)
