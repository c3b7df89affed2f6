"""What a cell's results depend on: the cells before it that it reaches by names, objects or random numbers.

A cell reaches those that bind a name that it needs, directly or in functions that it calls; those that may
change an object that it uses; where it may draw from a global generator, those that drew before, back to the
last one that surely sets the seed; and those whose effect on the process cannot be told
(`practical.effects`).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from autograder.practical.cells import describe, grade_id, is_test, syntax
from autograder.practical.digests import digest, without_docstrings
from autograder.practical.effects import Effects, Reader
from autograder.practical.names import alias_names, loads, stores

DIGITS = 16  # of a cell's digest; enough for a few hundred cells


@dataclass(frozen=True)
class Version:
    """What a name stands for after a cell has bound it."""

    name: str
    made_by: int


@dataclass(frozen=True)
class Code:
    """A code cell as its results depend on it: comments, docstrings and layout do not count.

    Args:
        label: how messages name the cell.
        tree: its syntax, without what `training.budget` gives at other budgets.
    """

    label: str
    tree: ast.Module

    @cached_property
    def digest(self) -> str:
        """Of the syntax tree."""
        return digest(_plain(self.tree))[:DIGITS]

    @cached_property
    def binds(self) -> set[str]:
        """Names that it may bind at the top level."""
        return stores(self.tree)

    @cached_property
    def surely_binds(self) -> set[str]:
        """Names that it binds whatever happens."""
        return _Order().body(self.tree.body, set())[0]

    @cached_property
    def needs_at_once(self) -> set[str]:
        """Names that running it may look up before it has bound them itself."""
        return _Order().body(self.tree.body, set())[1]

    @cached_property
    def needs_when_called(self) -> set[str]:
        """Names that its functions, classes and lambdas look up."""
        return set().union(*(_loads(node) for node in _definitions(self.tree)))

    @property
    def needs(self) -> set[str]:
        """Both."""
        return self.needs_at_once | self.needs_when_called


def code_at(
    notebook: NotebookNode, budget: str, tests: tuple[str, ...] = (), printed: bool = False
) -> list[Code]:
    """The code cells of a notebook at a budget.

    Args:
        notebook: a source notebook, prepared.
        budget: `quick` or `full`.
        tests: of the test cells, those with one of these ids alone are taken.
        printed: whether `show` counts, by which `runs.record` prints a figure or does not.

    Raises:
        PracticalsError: a cell is not Python.
    """
    found = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and (not is_test(cell) or grade_id(cell) in tests):
            tree = without_docstrings(syntax(cell, index))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.body:
                    node.body = [ast.Pass()]  # it had a docstring only
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "training.budget":
                    node.keywords = [keyword for keyword in node.keywords if keyword.arg == budget]
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "runs.record" and not printed:
                    node.keywords = [keyword for keyword in node.keywords if keyword.arg != "show"]
            found.append(Code(describe(cell, index), tree))
    return found


class Reach:
    """The dependences among the code cells of a notebook.

    Args:
        cells: from `code_at`, in their order.
    """

    def __init__(self, cells: list[Code]):
        self.cells = cells
        self.reader = Reader(cell.tree for cell in cells)
        self.effects: list[Effects] = [self.reader.of_cell(cell.tree) for cell in cells]
        self._of: dict[int, tuple[int, ...]] = {}
        self._groups: dict[Version, Version] = {}
        for number, effects in enumerate(self.effects):
            for names in effects.shared:
                self._join(
                    [
                        version
                        for name in effects.reach(names)  # names of functions and comprehensions in between
                        for version in self._versions(name, number)
                    ]
                )
        self._touched = [
            {
                self._group(version)
                for name in effects.reach(effects.touched)
                for version in self._versions(name, number)
            }
            for number, effects in enumerate(self.effects)
        ]

    def of(self, number: int) -> tuple[int, ...]:
        """The numbers of the cells that the results of a cell depend on, itself the last of them."""
        if number not in self._of:
            self._of[number] = tuple(sorted(self._closure(number)))
        return self._of[number]

    def _closure(self, last: int) -> set[int]:
        found = {last} | {
            number for number in range(last) if self.effects[number].process or self.effects[number].opaque
        }
        while True:
            more = {other for number in found for other in self._needed_by(number, last)}
            groups = {self._group(version) for number in found for version in self._used(number, last)}
            more |= {number for number in range(last) if self._touched[number] & groups}
            if any(self.effects[number].files for number in found):
                more |= {number for number in range(last) if self.effects[number].files}
            if more <= found:
                return found
            found |= more

    def _needed_by(self, number: int, last: int) -> Iterator[int]:
        """The cells that bind what a cell needs, or leave the random state that it begins with."""
        cell, effects = self.cells[number], self.effects[number]
        for name in cell.needs:
            yield from self._makers(name, number)
        for name in cell.needs_when_called:  # bound later, and looked up when a still later cell calls
            yield from (other for other in range(number + 1, last) if name in self._binds(other))
        if effects.opaque:
            yield from range(number)
        if effects.reads_random:
            for other in range(number - 1, -1, -1):
                if self.effects[other].random != "kept":
                    yield other
                if self.effects[other].random == "set":
                    return

    def _used(self, number: int, last: int) -> Iterator[Version]:
        """What a cell uses; and what it makes, which may hold the same objects."""
        for name in self.cells[number].needs:
            yield from (Version(name, maker) for maker in self._makers(name, number))
        for name in self.cells[number].needs_when_called:
            yield from (Version(name, other) for other in range(number, last) if name in self._binds(other))
        if number != last:
            yield from (Version(name, number) for name in self._binds(number))

    def _makers(self, name: str, number: int) -> Iterator[int]:
        """The cells before a cell that may have bound what a name stands for there."""
        for other in range(number - 1, -1, -1):
            if name in self._binds(other):
                yield other
                if name in self.cells[other].surely_binds:
                    return

    def _binds(self, number: int) -> set[str]:
        return self.cells[number].binds | self.effects[number].binds

    def _versions(self, name: str, number: int) -> list[Version]:
        """What a name may stand for while a cell runs."""
        cell, found = self.cells[number], []
        if name in self._binds(number):
            found.append(Version(name, number))
        if name in cell.needs or not found:
            found += [Version(name, maker) for maker in self._makers(name, number)]
        return found

    def _group(self, version: Version) -> Version:
        """What stands for all that may share memory with a version."""
        while (other := self._groups.get(version, version)) != version:
            version = other
        return version

    def _join(self, versions: list[Version]) -> None:
        groups = {self._group(version) for version in versions}
        if groups:
            first = min(groups, key=lambda one: (one.made_by, one.name))
            for group in groups - {first}:
                self._groups[group] = first


class _Order:
    """Follows code in its order, to tell what it binds before it looks it up."""

    def body(self, statements: list[ast.stmt], bound: set[str]) -> tuple[set[str], set[str]]:
        """Names that are surely bound at the end, and those looked up that may not have been bound here."""
        bound, needed = set(bound), set()
        for node in statements:
            after, looked_up = self.statement(node, bound)
            needed |= looked_up
            bound = after
        return bound, needed

    def statement(self, node: ast.stmt, bound: set[str]) -> tuple[set[str], set[str]]:
        """The same for one statement, whose beginning finds the names in `bound`."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                outer = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
                return bound | {node.name}, self.needed(outer, bound)
            case ast.ClassDef():
                return bound | {node.name}, _loads(node) - bound
            case ast.Import() | ast.ImportFrom():
                return bound | alias_names(node), set()
            case ast.For() | ast.AsyncFor():
                needed = self.needed([node.iter], bound)
                inside = self.body(node.body, bound | stores(ast.Expr(node.target)))[1]
                return bound, needed | inside | self.body(node.orelse, bound)[1]
            case ast.While():
                needed = self.needed([node.test], bound)
                return bound, needed | self.body([*node.body, *node.orelse], bound)[1]
            case ast.If():
                one, other = self.body(node.body, bound), self.body(node.orelse, bound)
                return one[0] & other[0], self.needed([node.test], bound) | one[1] | other[1]
            case ast.With() | ast.AsyncWith():
                needed = set()
                for item in node.items:
                    needed |= self.needed([item.context_expr], bound)
                    if item.optional_vars:
                        bound = bound | stores(ast.Expr(item.optional_vars))
                after, inside = self.body(node.body, bound)
                return after, needed | inside
            case ast.Try() | ast.TryStar():
                needed = self.body([*node.body, *node.orelse], bound)[1]
                for handler in node.handlers:
                    needed |= self.needed([handler.type] if handler.type else [], bound)
                    needed |= self.body(handler.body, bound | ({handler.name} if handler.name else set()))[1]
                after, inside = self.body(node.finalbody, bound)
                return after, needed | inside
            case ast.Delete():
                return bound - stores(node), _loads(node) - bound
            case ast.Assign() | ast.AnnAssign(value=ast.expr()) | ast.AugAssign():
                return bound | stores(node), _loads(node) - bound
        return bound, _loads(node) - bound

    def needed(self, values: list[ast.expr], bound: set[str]) -> set[str]:
        return set().union(*(_loads(ast.Expr(value)) for value in values)) - bound


def _loads(node: ast.stmt | ast.Lambda) -> set[str]:
    """Names that a statement or lambda looks up at the top level, at once or later."""
    return loads(ast.Module([ast.Expr(node) if isinstance(node, ast.Lambda) else node], []))


def _definitions(tree: ast.AST) -> Iterator[ast.stmt | ast.Lambda]:
    """The outermost functions, classes and lambdas."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
        else:
            yield from _definitions(node)


def _plain(value: Any) -> Any:
    """A syntax tree as lists, the same for each version of Python: these differ in fields that are empty."""
    if isinstance(value, ast.AST):
        fields = {name: _plain(one) for name, one in ast.iter_fields(value) if one not in (None, [])}
        return [type(value).__name__, fields]
    return [_plain(one) for one in value] if isinstance(value, list) else repr(value)
