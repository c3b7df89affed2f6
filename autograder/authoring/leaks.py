"""Finds what students must not see: solutions, hidden tests, mark schemes, model answers, bank entries."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from autograder.practical.bank import bank_folder
from autograder.practical.cells import describe, is_essay, is_exercise

# A shorter line, white space not counted, says nothing: `return x` is nobody's answer.
SHORTEST_SECRET = 10


def markers(config: Config) -> list[tuple[str, str]]:
    """Begin and end of each kind of region that nbgrader removes, as the course's configuration has them."""
    solutions, hidden, scheme = (
        kind(config=config) for kind in (ClearSolutions, ClearHiddenTests, ClearMarkScheme)
    )
    return [
        (solutions.begin_solution_delimeter, solutions.end_solution_delimeter),
        (hidden.begin_test_delimeter, hidden.end_test_delimeter),
        (scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter),
    ]


def stubs(config: Config) -> str:
    """What nbgrader puts in the place of a solution."""
    solutions = ClearSolutions(config=config)
    return squeezed("\n".join([*solutions.code_stub.values(), solutions.text_stub]))


def squeezed(text: str) -> str:
    """Text without white space, so that neither indentation nor wrapping hides a line."""
    return re.sub(r"\s+", "", text)


def secrets_and_public(notebook: NotebookNode, config: Config) -> tuple[dict[str, str], str]:
    """The lines of a source notebook that students must not see, and all that they may.

    Args:
        notebook: inputs as in the text.
        config: the course's nbgrader configuration.

    Returns:
        secrets: squeezed line → where it stands.
        public: everything else, squeezed.
    """
    secrets: dict[str, str] = {}
    public: list[str] = []
    regions = markers(config)
    for index, cell in enumerate(notebook.cells):
        visible, hidden = _split(cell, regions)
        public += visible
        secrets |= {squeezed(line): describe(cell, index) for line in hidden}
    return secrets, squeezed("\n".join(public))


def bank_lines(folder: Path, practical: str) -> dict[str, str]:
    """The lines of the bank entries in a folder: squeezed line → file."""
    return {
        squeezed(line): f"{practical}/{entry.name} of the bank"
        for entry in sorted(folder.glob("*.py"))
        for line in entry.read_text("utf-8").splitlines()
    }


def course_secrets(
    root: Path, texts: dict[str, NotebookNode], config: Config, place: str = "{name}"
) -> tuple[list[dict[str, str]], str]:
    """All lines of a course that students must not see, and all that they may.

    Args:
        root: the checkout.
        texts: by practical, its source notebook, inputs as in the text.
        config: the course's nbgrader configuration.
        place: how a practical is called where one of its cells is named.

    Returns:
        secrets: for each practical the lines of its cells, then those of its bank: squeezed line → where.
        public: the squeezed public parts of all sources, stubs included.
    """
    secrets: list[dict[str, str]] = []
    public = [stubs(config)]
    for name, text in texts.items():
        of_cells, visible = secrets_and_public(text, config)
        public.append(visible)
        secrets.append({line: f"{where} of {place.format(name=name)}" for line, where in of_cells.items()})
        secrets.append(bank_lines(bank_folder(root, name), name))
    return secrets, "\n".join(public)


def leaks_in(content: bytes, secrets: dict[str, str], public: str, config: Config) -> list[str]:
    """What a released file holds that it must not, one phrase each.

    A secret counts when it is not short (`SHORTEST_SECRET`) and the public part of the source does not hold
    it too: what nbgrader generates is made of the public part alone, so nothing else can be mistaken for a
    leak. Base64 anywhere is decoded and searched as well.

    Args:
        content: the file.
        secrets: squeezed line → where it stands in the source.
        public: the squeezed public parts of all sources, stubs included.
        config: the course's nbgrader configuration.
    """
    texts = [text for string in _strings(content) for text in (string, *_decoded(string))]
    found = [
        f"the marker {marker!r}" for marker in _flat(markers(config)) if any(marker in text for text in texts)
    ]
    searched = "\n".join(squeezed(text) for text in texts)
    from_cells: dict[str, str] = {}
    for line in found_in(searched, secrets):
        if line not in public:
            from_cells.setdefault(secrets[line], line)
    return found + [f"a line of {where} ({line[:60]}…)" for where, line in from_cells.items()]


def found_in(text: str, lines: Iterable[str]) -> list[str]:
    """Those of the lines that a text holds; short ones (`SHORTEST_SECRET`) are never found.

    Thousands of lines are looked for in each of a hundred files, and few are there: what a line begins and
    ends with is looked up first, among all pieces of the text.
    """
    size = SHORTEST_SECRET
    pieces = {text[at : at + size] for at in range(len(text) - size + 1)}
    return [line for line in lines if line[:size] in pieces and line[-size:] in pieces and line in text]


def _split(cell: NotebookNode, regions: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Lines of a cell that students may see and those they may not."""
    visible: list[str] = []
    hidden: list[str] = []
    end = None
    for line in cell.source.splitlines():
        begins = [stop for start, stop in regions if start in line]
        if begins:
            end = begins[0]
        elif end is not None and end in line:
            end = None
        else:
            (visible if end is None else hidden).append(line)
    replaced_whole = is_essay(cell) or (is_exercise(cell) and regions[0][0] not in cell.source)
    return ([], visible + hidden) if replaced_whole else (visible, hidden)


def _strings(content: bytes) -> Iterator[str]:
    """Every string of a JSON file, keys too, or the file as one text."""
    text = content.decode("utf-8", errors="replace")
    try:
        waiting = [json.loads(text)]
    except ValueError:
        yield text
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            # nbformat cuts long texts into lists of lines
            waiting += ["".join(value)] if all(isinstance(item, str) for item in value) else value


def _decoded(text: str) -> Iterator[str]:
    for match in re.findall(r"[A-Za-z0-9+/]{16,}", squeezed(text)):
        yield base64.b64decode(match[: len(match) // 4 * 4]).decode("utf-8", errors="ignore")


def _flat(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [marker for pair in pairs for marker in pair]
