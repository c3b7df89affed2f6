"""Refuses what jupytext would change, in silence, between a practical's text and its notebook."""

import re
from collections.abc import Sequence, Set
from functools import cache
from itertools import zip_longest
from typing import Any

from IPython.core import magics
from nbformat import NotebookNode

from autograder.errors import PracticalsError
from autograder.practical.cells import describe

MARKER = re.compile(r"#\s?%%")
MAGIC = re.compile(r"\s*%%?(\w+)")
EXTENSION = re.compile(r"^\s*%load_ext (\w+)", re.MULTILINE)
MISSING: dict[str, Any] = {"cell_type": "", "source": "", "metadata": {}}
# What str.splitlines, and so jupytext, takes for the end of a line and editors and Python's strings do not
LINE_ENDS = {
    "\x0b": "a vertical tab", "\x0c": "a form feed", "\x1c": "U+001C", "\x1d": "U+001D", "\x1e": "U+001E",
    "\x85": "U+0085", "\u2028": "U+2028", "\u2029": "U+2029",
}  # fmt: skip


def require_same_lines(text: str, written: str) -> None:
    """Refuse a text that its own notebook would be written back as another.

    Blank lines, trailing space, the header and how a marker writes its metadata do not count.

    Args:
        text: the content of the file.
        written: what jupytext makes of the notebook that it read from it.

    Raises:
        PracticalsError: naming the first line that would be another.
    """
    for (number, line), (_, other) in zip_longest(_lines(text), _lines(written), fillvalue=(0, "")):
        if line != other:
            raise PracticalsError(
                f"line {number} of the text, {_shown(line)}, is read by jupytext as {_shown(other)}",
                _remedy(line),
            )


def require_same_cells(cells: Sequence[NotebookNode], read_back: Sequence[dict]) -> None:
    """Refuse cells that are others once they were written as text and read from it again.

    Args:
        cells: a notebook's, without what is not an input of it.
        read_back: type, source and metadata of the cells that came back.

    Raises:
        PracticalsError: naming the first cell, and its line, that text cannot hold as it is.
    """
    # an extension is taken to bring the magic of its name, as `tensorboard` and `autoreload` do
    known = _magics_of_ipython() | {name for cell in cells for name in EXTENSION.findall(cell.source)}
    for index, cell in enumerate(cells):
        where = describe(cell, index)
        _refuse_title(cell, where)
        if cell.cell_type == "code":
            _refuse_commands(cell.source, where, known)
        back = read_back[index] if index < len(read_back) else MISSING
        if changed := _first_difference(_source(cell.source), _source(back["source"])):
            raise _changed_line(where, *changed, len(read_back) - len(cells))
        if (cell.cell_type, cell.metadata) != (back["cell_type"], back["metadata"]):
            raise PracticalsError(
                f"{where} has metadata that the text cannot hold: {dict(cell.metadata)} comes back as "
                f"{dict(back['metadata'])}",
                "Remove them in the notebook's metadata editor",
            )


def _refuse_title(cell: NotebookNode, where: str) -> None:
    if title := cell.metadata.get("title"):
        raise PracticalsError(
            f"{where} begins at the marker `# %% {title}`, which may be meant as a comment: what stands "
            "below it is a cell of its own, and no part of a test above it",
            f"Write `# %%` alone where a cell begins, and `# {title}` for a comment",
        )


def _refuse_commands(source: str, where: str, known: Set[str]) -> None:
    """Refuse lines that jupytext takes for commands of a shell or questions to IPython; not known magics."""
    from jupytext.magics import comment_magic  # see `notebooks.read_text`

    lines = source.splitlines()
    meant = False  # whether the line before was a command that goes on here
    for number, (line, written) in enumerate(zip(lines, comment_magic(lines.copy()), strict=True), start=1):
        taken = line != written and not line.lstrip().startswith("#")
        match = MAGIC.match(line)
        meant = taken and (meant or (match is not None and match[1] in known))
        if taken and not meant:
            raise PracticalsError(
                f"{where}, line {number}, `{line.strip()}`: jupytext takes this for a command, so that it is "
                "code in the notebook and a comment in the text",
                f"If it is a comment, begin it with another word, or write `# # {line.strip()}` in the text; "
                "if it is code, write it otherwise; if it is a command, write a magic, such as %system",
            )
        meant = meant and line.rstrip().endswith("\\")


@cache
def _magics_of_ipython() -> frozenset[str]:
    kinds = [getattr(getattr(magics, name), "magics", None) for name in dir(magics)]
    return frozenset(
        name for kind in kinds if isinstance(kind, dict) for names in kind.values() for name in names
    )


def _first_difference(old: Sequence[str], new: Sequence[str]) -> tuple[int, str, str] | None:
    """Number, from 1, of the first line that differs and is not blank in both; how it reads in both."""
    differing = [
        (number, line or "", other or "")
        for number, (line, other) in enumerate(zip_longest(old, new), start=1)
        if line != other
    ]
    return next((one for one in differing if one[1] or one[2]), differing[0] if differing else None)


def _changed_line(where: str, number: int, line: str, other: str, cells_added: int) -> PracticalsError:
    if cells_added < 0:
        return PracticalsError(
            f"{where} runs on into the next cell in the text",
            "Close the string or bracket that is open in it",
        )
    becomes = (
        "begins another cell in the text, so that what stands below it is not part of this one"
        if cells_added
        else f"comes back from the text as {_shown(other)}"
    )
    return PracticalsError(f"{where}, line {number}, {_shown(line)}, {becomes}", _remedy(line))


def _source(source: str) -> list[str]:
    """A cell's lines; the newline of Windows, and one at the very end, are nothing that a person sees."""
    return source.replace("\r\n", "\n").removesuffix("\n").split("\n")


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines of a text below its header, numbered from 1, without what `require_same_lines` leaves out."""
    lines = text.replace("\r\n", "\n").split("\n")
    start = lines.index("# ---", 1) + 1 if lines[0] == "# ---" and "# ---" in lines[1:] else 0
    numbered = [
        (number, "# %%" if MARKER.match(line) else line.rstrip(" "))
        for number, line in enumerate(lines[start:], start=start + 1)
        if line.strip(" ")
    ]
    # a first cell needs no marker, and is written with one
    return numbered if numbered and numbered[0][1] == "# %%" else [(1, "# %%"), *numbered]


def _shown(line: str) -> str:
    return f"`{line.strip() or repr(line)}`" if line else "nothing"


def _remedy(line: str) -> str:
    for character, name in LINE_ENDS.items():
        if character in line:
            return f"Write {character!a} for {name}, which jupytext takes for the end of a line"
    return "Write it in other words: only a cell may begin like a marker, and no comment like a command"
