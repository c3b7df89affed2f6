"""`practicals audit --promises`: what exercises promise of arguments, and no call of their tests varies."""

import ast
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from rich.console import Console

from autograder.authoring.build import prepared
from autograder.practical.cells import parsed
from autograder.practical.notebooks import read_text
from autograder.practical.paths import practical_names, source_text
from autograder.proof.audit_report import Report
from autograder.proof.calls import Argument, Call
from autograder.proof.trials import subject_of
from autograder.proof.variant_workers import Task, Workers
from autograder.proof.variants import Outcome

RUNS, SECONDS = 20, 10  # of each test on the reference; processor time after which none begins
ARGUMENT = re.compile(r"^ *([a-z_0-9]+(?:, [a-z_0-9]+)*): (.+)$")  # of a docstring
SHAPE = re.compile(r"\(((?:[\w…]+, ?)+[\w…]*)\)")
AS_IN = re.compile(r"as in `(\w+)`")
QUOTED = re.compile(r'"(\w+)"')
ELLIPSIS = "…"


@dataclass
class Promised:
    """What a function's signature and docstring say of its arguments.

    Args:
        name: of the function.
        parameters: their names.
        defaults: by parameter that has one, its code.
        said: by parameter, what the docstring says of it.
    """

    name: str
    parameters: list[str]
    defaults: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


def promises_all(root: Path, names: list[str] | None, console: Console, workers: int = 2) -> list[Report]:
    """Run each test on the reference, note its calls, and tell what is promised and never varied.

    Args:
        root: the checkout.
        names: of the practicals; default: all.
        console: where progress is shown.
        workers: processes at a time.

    Raises:
        PracticalsError: a name is unknown, or the reference fails.
    """
    return [_promises(root, name, console, workers) for name in names or practical_names(root)]


def _promises(root: Path, practical: str, console: Console, workers: int) -> Report:
    start = time.monotonic()
    notebook = prepared(read_text(source_text(root, practical)), practical)
    subject = subject_of(root, practical, notebook, [], [], None)
    report = Report(practical)
    calls: dict[str, list[Call]] = defaultdict(list)

    def heard(task: Task[str], result: list[Call] | Outcome) -> None:
        if isinstance(result, Outcome):
            report.add("promise", task.key, f"its calls were not noted: {result.ended}")
            return
        for call in result:
            calls[call.function].append(call)

    with Workers(practical, subject.cells, workers) as pool:
        console.print(f"{practical}: running the reference …", highlight=False)
        pool.reference()
        tasks = [
            Task(name, "calls", {"test": name, "times": RUNS, "seconds": SECONDS}) for name in subject.tests
        ]
        pool.run(tasks, heard)
    found: dict[str, Promised] = {}
    for cell in subject.exercises:
        for one in functions(cell.source, found):
            found[one.name] = one
            for what in broken(one, calls[one.name]):
                report.add("promise", cell.name, what)
    report.counts["functions"] = len(found)
    report.counts["calls"] = sum(len(calls[name]) for name in found)
    report.seconds = time.monotonic() - start
    return report


def functions(source: str, known: Mapping[str, Promised]) -> Iterator[Promised]:
    """The functions that an exercise defines, those whose names begin with _ apart.

    Args:
        source: its code.
        known: by name, those of earlier exercises: what they say counts where a docstring has "as in `name`".
    """
    known = dict(known)
    for node in parsed(source).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            names = [one.arg for one in arguments]
            values = [*node.args.defaults, *node.args.kw_defaults]
            defaults = {
                name: ast.unparse(value)
                for name, value in zip(names[len(names) - len(values) :], values, strict=True)
                if value is not None
            }
            said = _said(ast.get_docstring(node) or "", names)
            for name, text in said.items():
                for other in AS_IN.findall(text):
                    said[name] = known[other].said.get(name, text) if other in known else text
            known[node.name] = Promised(node.name, names, defaults, said)
            yield known[node.name]


def _said(docstring: str, names: list[str]) -> dict[str, str]:
    """What a docstring says of each parameter, one paragraph each."""
    said: dict[str, str] = {}
    current: list[str] = []
    _, _, section = docstring.partition("Args:\n")
    for line in section.splitlines():
        if not line.strip():
            break
        if match := ARGUMENT.match(line):
            current = [name for name in match[1].split(", ") if name in names]
            said |= dict.fromkeys(current, match[2])
        else:
            said |= {name: f"{said[name]} {line.strip()}" for name in current}
    return said


def broken(one: Promised, calls: list[Call]) -> Iterator[str]:
    """What a function promises and no call varies, a sentence each.

    Args:
        one: the function.
        calls: those of the tests.
    """
    if not calls:
        yield f"no test calls {one.name}"
        return
    for name in one.parameters:
        given = [call.given[name] for call in calls if name in call.given]
        left_out = any(name in call.left_out for call in calls)
        met = {argument.what for argument in given} | ({one.defaults[name]} if left_out else set())
        if len(met) < 2:
            yield f"{one.name}: `{name}` is the same in every call ({', '.join(met)[:60]})"
        if name in one.defaults and not left_out:
            yield f"{one.name}: no call leaves `{name}` to its default of {one.defaults[name]}"
        for choice in QUOTED.findall(one.said.get(name, "")):
            if repr(choice) not in met:
                yield f'{one.name}: `{name}` is never "{choice}"'
        if " or None" in one.said.get(name, "") and "None" not in met:
            yield f"{one.name}: `{name}` is never None"
        if re.search(r"\bany shapes?\b", one.said.get(name, "")):
            shapes = list(_shapes(given))
            if len({len(shape) for shape in shapes}) < 2:
                yield f"{one.name}: `{name}` may have any shape, and has always {_axes(shapes)}"
    yield from _shape_problems(one, calls)


def _shapes(given: Iterable[Argument]) -> Iterator[tuple[int, ...]]:
    """The shapes of arrays, and of the arrays in lists."""
    for argument in given:
        if argument.shape is not None:
            yield argument.shape
        yield from (shape for shape in argument.items or () if shape is not None)


def _axes(shapes: list[tuple[int, ...]]) -> str:
    numbers = sorted({len(shape) for shape in shapes})
    return f"{' or '.join(map(str, numbers)) or 'no'} axes"


def _shape_problems(one: Promised, calls: list[Call]) -> Iterator[str]:
    """Axes of promised shapes that always have one size, or always the same size as another one."""
    sizes: dict[str, set[int]] = defaultdict(set)
    unlike: dict[tuple[str, str], bool] = {}
    for name in one.parameters:
        promised = [
            [axis for axis in text.replace(" ", "").split(",") if axis]
            for text in SHAPE.findall(one.said.get(name, ""))
        ]
        shapes = (call.given[name].shape for call in calls if name in call.given)
        arrays = [shape for shape in shapes if shape]
        for axes in promised if arrays else ():
            if ELLIPSIS in axes and len({len(array) for array in arrays}) < 2:
                yield (
                    f"{one.name}: `{name}` is promised as ({', '.join(axes)}), and has always {_axes(arrays)}"
                )
            # of (n, …, units) the first axis and the last
            places = [
                (axis, place if ELLIPSIS not in axes[:place] else place - len(axes))
                for place, axis in enumerate(axes)
                if axis != ELLIPSIS
            ]
            fitting = [array for array in arrays if ELLIPSIS in axes or len(array) == len(axes)]
            if not fitting:
                yield f"{one.name}: `{name}` never has the shape ({', '.join(axes)})"
            for array in fitting:
                for axis, place in places:
                    sizes[axis].add(array[place])
                for (axis, place), (other, elsewhere) in combinations(places, 2):
                    differ = array[place] != array[elsewhere]
                    unlike[axis, other] = unlike.get((axis, other), False) or differ
    for axis, met in sizes.items():
        if not axis.isdigit() and len(met) < 2:
            yield f"{one.name}: the axis {axis} has {min(met)} entries in every call"
    for (axis, other), differ in unlike.items():
        if not differ:
            yield f"{one.name}: the axes {axis} and {other} have equal sizes in every call"
