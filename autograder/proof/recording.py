"""Which code each measured figure depends on: the cells that may record it, and all that they reach."""

import ast
import re
from functools import cached_property

from nbformat import NotebookNode

from autograder.practical.digests import digest
from autograder.practical.reach import DIGITS, Reach, code_at

ANY = ".*"  # a name that cannot be told from the code


class FigureCode:
    """The code of a practical's figures at one budget.

    A figure may be recorded by each cell with a call `runs.record(name, …)` that can have its name, or with a
    function that has such a call. Of a name made of parts only the fixed ones are known: the call
    `record(f"loss_{name}", …)` can record every figure that begins with `loss_`. A figure that no call can
    have recorded depends on all code.

    Args:
        notebook: a source notebook, prepared.
        budget: `quick` or `full`.
    """

    def __init__(self, notebook: NotebookNode, budget: str):
        self.budget = budget
        self._code = code_at(notebook, budget)

    @cached_property
    def reach(self) -> Reach:
        """What the cells depend on."""
        return Reach(self._code)

    @cached_property
    def cells(self) -> list[str]:
        """The digests of all code cells that are not tests, in their order."""
        return [cell.digest for cell in self._code]

    def digest(self, figure: str) -> str:
        """Of the cells that a figure depends on."""
        return digest([self.reach.cells[number].digest for number in self._of(figure)])[:DIGITS]

    def changed(self, figure: str, measured: list[str]) -> list[str]:
        """The cells that a figure depends on and that were not there, or otherwise, when it was measured.

        Args:
            figure: its name.
            measured: the `cells` of the code that it was measured with.
        """
        cells = [self.reach.cells[number] for number in self._of(figure)]
        return [cell.label for cell in cells if cell.digest not in measured]

    def unmeasured(self, figures: set[str], measured: list[str]) -> list[str]:
        """The cells that record, and did not when these figures were measured.

        Args:
            figures: names of those measured.
            measured: as in `changed`.
        """
        found = []
        for number, patterns in self._recorders.items():
            cell = self.reach.cells[number]
            new = any(not any(re.fullmatch(one, figure) for figure in figures) for one in patterns)
            if cell.digest not in measured and new:
                found.append(cell.label)
        return found

    def _of(self, figure: str) -> list[int]:
        recorders = [
            number
            for number, patterns in self._recorders.items()
            if any(re.fullmatch(pattern, figure) for pattern in patterns)
        ]
        if not recorders or self._hidden:
            return list(range(len(self.reach.cells)))
        return sorted({reached for number in recorders for reached in self.reach.of(number)})

    @cached_property
    def _recorders(self) -> dict[int, set[str]]:
        """Numbers of the cells that may record, with patterns of the names."""
        found = {}
        for number, cell in enumerate(self.reach.cells):
            if patterns := self._patterns(cell.tree, set()):
                found[number] = patterns
        return found

    def _patterns(self, tree: ast.AST, seen: set[str]) -> set[str]:
        """What code records, in functions that it mentions too."""
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_record(node.func):
                arguments = {keyword.arg: keyword.value for keyword in node.keywords}
                found.add(_pattern(arguments.get("name", node.args[0] if node.args else None)))
            name = getattr(node, "id", getattr(node, "attr", None))
            if name in self.reach.reader.definitions and name not in seen:
                for definition in self.reach.reader.definitions[name]:
                    found |= self._patterns(definition, seen | {name})
        return found

    @cached_property
    def _hidden(self) -> bool:
        """Whether figures may be recorded in a way that cannot be told from the code."""
        for cell in self.reach.cells:
            called = {id(node.func) for node in ast.walk(cell.tree) if isinstance(node, ast.Call)}
            for node in ast.walk(cell.tree):
                if isinstance(node, ast.Attribute | ast.Name) and _is_record(node) and id(node) not in called:
                    return True
                if isinstance(node, ast.Constant) and node.value in ("record", "COURSE_RECORD"):
                    return True
                if (
                    isinstance(node, ast.alias)
                    and node.name == "record"
                    and node.asname not in (None, "record")
                ):
                    return True
        return False


def _is_record(node: ast.expr) -> bool:
    return getattr(node, "attr", getattr(node, "id", None)) == "record"


def _pattern(name: ast.expr | None) -> str:
    """The names that an expression may give, as a regular expression."""
    match name:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=values):
            return "".join(ANY if isinstance(one, ast.FormattedValue) else _pattern(one) for one in values)
        case ast.IfExp(body=body, orelse=orelse):
            return f"(?:{_pattern(body)}|{_pattern(orelse)})"
    return ANY
