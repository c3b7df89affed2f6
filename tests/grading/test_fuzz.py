"""Damaged notebooks: each one gets a row that says what is the matter, and no other submission's changes."""

import copy
import json
import random
import re
import warnings
from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, cell_named

from autograder.engine import split
from autograder.engine.job import reference_names
from autograder.engine.ownership import plan
from autograder.engine.rebuild import rebuild
from autograder.grading.collect import collect
from autograder.grading.options import GradeOptions
from autograder.grading.results import Result
from autograder.grading.run import grade

# what the JSON encoder of Python refuses to write; put into the text afterwards
HUGE, NESTED, DEEP = "@huge@", "@nested@", "@deep@"
NOT_WRITABLE = {HUGE: "9" * 5_000, NESTED: "[" * 300 + "]" * 300, DEEP: "[" * 100_000 + "]" * 100_000}
ODD_VALUES: list[object] = [
    None, True, False, 0, -1, 7, 1e308, float("nan"), float("inf"), "", "\x00", "\ud800", "x" * 100_000, "4",
    "../../../etc/passwd", "\x1b[2J", "<script>", "é😀", "square", "code", [], {}, [[]], [None], [1, "a"],
    {"a": None}, {"": {"": []}}, ["a\n", 3, ["b"]], HUGE, NESTED, DEEP,
]  # fmt: skip
PROPER_STATUS = re.compile(
    r"(graded|nothing answered|not graded: (?!it could not be graded|the process|the notebook could not)).*"
)


def answered(toy: ToyCourse) -> dict:
    """A submission that earns every point, with outputs and a cell of the student's own, as JSON."""
    notebook = toy.notebook({**GOOD, "why": "Because é."})
    notebook.cells.insert(5, new_code_cell("mine = square(2)\nmine", id="own"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 3
            cell.outputs = [
                new_output("stream", name="stdout", text="some text\n"),
                new_output("execute_result", data={"text/plain": "4"}, execution_count=3),
                new_output("error", ename="E", evalue="e", traceback=["t"]),
            ]
    return json.loads(nbformat.writes(notebook))


# --- mutations of the parsed notebook, in place -------------------------------------------------------------


def places(value, path=()) -> list[tuple]:
    """The path of every value in a JSON document."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(child, (*path, key))
    return found


def parent(notebook: dict, path: tuple):
    for key in path[:-1]:
        notebook = notebook[key]
    return notebook


def replace_a_value(notebook: dict, rng: random.Random) -> None:
    path = rng.choice(places(notebook))
    parent(notebook, path)[path[-1]] = rng.choice(ODD_VALUES)


def delete_a_value(notebook: dict, rng: random.Random) -> None:
    path = rng.choice(places(notebook))
    del parent(notebook, path)[path[-1]]


def retype_metadata(notebook: dict, rng: random.Random) -> None:
    rng.choice([notebook, *cells(notebook)])["metadata"] = rng.choice(ODD_VALUES)


def odd_nbgrader_metadata(notebook: dict, rng: random.Random) -> None:
    metadata = rng.choice(cells(notebook)).setdefault("metadata", {})
    if isinstance(metadata, dict):
        kept = metadata.get("nbgrader")
        kept = kept if isinstance(kept, dict) and rng.random() < 0.7 else {}
        key = rng.choice(["grade_id", "grade", "solution", "locked", "points", "schema_version", "cell_type"])
        metadata["nbgrader"] = {**kept, key: rng.choice(ODD_VALUES)}


def odd_ids(notebook: dict, rng: random.Random) -> None:
    value = rng.choice([*ODD_VALUES, "square", "own"])
    for cell in rng.choices(cells(notebook), k=3):
        cell["id"] = value


def other_cell_types(notebook: dict, rng: random.Random) -> None:
    for cell in rng.choices(cells(notebook), k=3):
        cell["cell_type"] = rng.choice(["markdown", "raw", "code", "heading", 3, None])


def odd_sources(notebook: dict, rng: random.Random) -> None:
    for cell in rng.choices(cells(notebook), k=2):
        lines = cell.get("source")
        lines = lines if isinstance(lines, list) else [str(lines)]
        cell["source"] = rng.choice(
            ["".join(map(str, lines)), [*lines, 7], [lines], "\x00".join(map(str, lines)), *ODD_VALUES]
        )


def odd_outputs(notebook: dict, rng: random.Random) -> None:
    rng.choice(cells(notebook))["outputs"] = rng.choice([*ODD_VALUES, [{"output_type": "x"}], [3], [{}]])


def cells_about(notebook: dict, rng: random.Random) -> None:
    some = cells(notebook)
    rng.shuffle(some)
    notebook["cells"] = some[: rng.randint(1, len(some))] + copy.deepcopy(rng.choices(some, k=3))


def other_format(notebook: dict, rng: random.Random) -> None:
    notebook["nbformat"] = rng.choice([1, 2, 3, 5, 99, "4", *ODD_VALUES])


def other_minor_format(notebook: dict, rng: random.Random) -> None:
    notebook["nbformat_minor"] = rng.choice([0, 2, 4, 99, *ODD_VALUES])


def as_format_3(notebook: dict, rng: random.Random) -> None:
    old = json.loads(nbformat.writes(nbformat.reads(json.dumps(notebook), as_version=3), version=3))
    notebook.clear()
    notebook.update(old)


def cells(notebook: dict) -> list[dict]:
    """Those cells that earlier mutations have left, else one that stands for them."""
    found = notebook.get("cells")
    found = [cell for cell in found if isinstance(cell, dict)] if isinstance(found, list) else []
    return found or [{}]


# --- mutations of the file ----------------------------------------------------------------------------------


def flip_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 3, 20])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut_off(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def cut_out(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.choice([1, 10, 300]) :]


def insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content))
    odd = [
        b"\x00",
        b"\xff",
        b"NaN",
        b"-Infinity",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"9" * 5000,
        b"[" * 2000,
        b"}",
    ]
    return content[:at] + rng.choice(odd) + content[at:]


def twice_a_key(content: bytes, rng: random.Random) -> bytes:
    key = rng.choice([b'"source"', b'"metadata"', b'"cells"', b'"cell_type"', b'"nbformat"', b'"grade_id"'])
    value = rng.choice([b"7", b'""', b"[]", b"{}", b"null", b'"square"'])
    position = rng.choice([found.start() for found in re.finditer(key, content)] or [0])
    return content[:position] + key + b": " + value + b", " + content[position:]


def other_encoding(content: bytes, rng: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    encoding = rng.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "utf-8-sig"])
    return text.encode(encoding, "replace")


def other_line_ends(content: bytes, rng: random.Random) -> bytes:
    return content.replace(b"\n", rng.choice([b"\r\n", b"\r", b" "]))


def with_something_around(content: bytes, rng: random.Random) -> bytes:
    around = rng.choice([b"\xef\xbb\xbf", b"<<<<<<< HEAD\n", b"\n\n", b"\x00\x00", content, b"PK\x03\x04"])
    return around + content if rng.random() < 0.5 else content + around


OF_JSON: list[Callable] = [
    replace_a_value, replace_a_value, delete_a_value, retype_metadata, odd_nbgrader_metadata, odd_ids,
    other_cell_types, odd_sources, odd_outputs, cells_about, other_format, other_minor_format,
]  # fmt: skip
OF_BYTES: list[Callable] = [
    flip_bytes, flip_bytes, cut_off, cut_out, insert, twice_a_key, other_encoding, other_line_ends,
    with_something_around,
]  # fmt: skip


def mutated(notebook: dict, rng: random.Random) -> tuple[bytes, str]:
    """A damaged copy, as a file's content, and what was done to it."""
    notebook = copy.deepcopy(notebook)
    done = rng.choices(OF_JSON, k=rng.choice([0, 1, 1, 2, 4]))
    if not done and rng.random() < 0.3:
        done = [as_format_3]
    for mutate in done:
        if notebook:
            mutate(notebook, rng)
    text = json.dumps(notebook, indent=rng.choice([None, 1]), ensure_ascii=rng.random() < 0.5)
    for mark, stands_for in NOT_WRITABLE.items():
        text = text.replace(f'"{mark}"', stands_for)
    content = text.encode("utf-8", "surrogatepass")
    others = rng.choices(OF_BYTES, k=rng.choice([0, 0, 0, 1]) if done else 1)
    for mutate in others:
        content = mutate(content, rng) or b"{"
    return content, ", ".join(mutate.__name__ for mutate in [*done, *others])


def submit_mutated(toy: ToyCourse, numbers: range) -> dict[str, str]:
    """Write damaged submissions, each from its own seed; what was done to them, by student id."""
    base = answered(toy)
    done = {}
    for number in numbers:
        name = f"m{number:05d}"
        content, done[name] = mutated(base, random.Random(number))
        (toy.folder(name) / "toy.ipynb").write_bytes(content)
    return done


def submit_honest(toy: ToyCourse) -> None:
    """Submissions before, between and behind the damaged ones."""
    toy.submit("a_good", GOOD)
    toy.submit("m00005_half", {**GOOD, "square": HALF_SQUARE})
    toy.submit("m00010_dies", {**GOOD, "square": "import os\ndef square(x):\n    os._exit(0)"})
    toy.submit("z_words", {**GOOD, "why": "Because."}, timestamp="2025-11-30 21:00:00 UTC")


def results(toy: ToyCourse, output: str) -> dict[str, Result]:
    options = GradeOptions(submitted=toy.submitted, output=toy.root / output, workers=2)
    graded = grade(toy.root, "toy", Console(quiet=True), options)
    return {result.student_id: result for result in graded.results}


def without_times(result: Result) -> tuple:
    scores = [(cell.grade_id, cell.score, cell.max_score) for cell in result.cells]
    return result.status, result.score, result.late_seconds, result.notes, scores


def grade_with_mutated(toy: ToyCourse, numbers: range) -> None:
    submit_honest(toy)
    alone = results(toy, "alone")
    done = submit_mutated(toy, numbers)
    among = results(toy, "among")
    assert {name: without_times(among[name]) for name in alone} == {
        name: without_times(alone[name]) for name in alone
    }
    assert set(among) == {*alone, *done}
    bad = {name: (done[name], among[name].status) for name in done if not proper(among[name])}
    assert bad == {}


def proper(result: Result) -> bool:
    """Whether a result says in words what was the matter, and gives no more points than there are."""
    in_words = PROPER_STATUS.fullmatch(result.status) and (result.graded or result.remedy)
    points = {"square-test": 3, "mean-test": 2, "why": 4}
    scores = {cell.grade_id: cell.score or 0 for cell in result.cells}
    return bool(in_words) and all(scores[name] <= points[name] for name in scores)


def rebuild_mutated(toy: ToyCourse, numbers: range) -> int:
    """Everything before the execution: a notebook is refused in words or rebuilt as a valid one.

    Returns:
        how many were rebuilt.
    """
    done = submit_mutated(toy, numbers)
    references = reference_names(toy.source)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing about a student's file on the terminal
        submissions, _ = collect(toy.submitted, toy.root / "collected", "toy", toy.assignment)
    assert len(submissions) == len(done)
    for submission in submissions:
        case = f"{submission.student_id}: {done[submission.student_id]}: {submission.problem}"
        if submission.notebook is None:
            assert submission.remedy, case
            assert PROPER_STATUS.fullmatch(f"not graded: {submission.problem}"), case
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # duplicate and missing cell ids
            notebook = nbformat.read(submission.notebook, as_version=4)
        rebuilt = rebuild(toy.assignment, notebook)
        nbformat.validate(rebuilt)
        plan(rebuilt, references)
        nbformat.writes(rebuilt).encode()
        for name in ("square-test", "mean-test"):
            assert cell_named(rebuilt, name).source == cell_named(toy.assignment.graded, name).source, case
    return sum(submission.notebook is not None for submission in submissions)


@pytest.fixture
def executed_once(monkeypatch):
    """Most damage leaves the same cells to execute: what was executed once is not executed again."""
    execute, outputs = split.execute_notebook, {}

    def execute_notebook(nb: NotebookNode, *arguments, **options) -> NotebookNode:
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        key = json.dumps([(cell.source, cell.metadata) for cell in code])
        if key not in outputs:
            executed = execute(nb, *arguments, **options)
            outputs[key] = [cell.outputs for cell in executed.cells if cell.cell_type == "code"]
            return executed
        executed = copy.deepcopy(nb)
        code = [cell for cell in executed.cells if cell.cell_type == "code"]
        for cell, shown in zip(code, copy.deepcopy(outputs[key]), strict=True):
            cell.outputs = shown
        return executed

    monkeypatch.setattr(split, "execute_notebook", execute_notebook)


def test_what_is_collected_can_be_rebuilt_whatever_was_done_to_it(toy):
    assert 30 < rebuild_mutated(toy, range(100)) < 90  # neither all refused nor all taken


@pytest.mark.slow
def test_any_of_a_thousand_damaged_notebooks_is_refused_in_words_or_rebuilt(toy):
    assert 300 < rebuild_mutated(toy, range(100, 1100)) < 900


def test_damaged_notebooks_get_a_row_and_change_no_other(toy, executed_once):
    grade_with_mutated(toy, range(12))


@pytest.mark.slow
def test_hundreds_of_damaged_notebooks_get_a_row_and_change_no_other(toy, executed_once):
    grade_with_mutated(toy, range(1000, 1300))
