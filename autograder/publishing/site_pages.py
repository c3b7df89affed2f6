"""What the site shows of a practical: a page a section, and a card with a picture on the front page."""

import base64
import copy
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.files import write_atomically
from autograder.practical.testcells import first_heading

CARDS = "<!-- cards of the practicals -->"  # the place for them in docs/index.md
SECTION = re.compile(r"^## (.*)$", re.MULTILINE)
NUMBERED = re.compile(r"\d")
FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)
LONGEST = 160  # characters of what a card says


def write_pages(notebook: NotebookNode, name: str, folder: Path) -> None:
    """Write a practical's pages: NAME.ipynb, which leads to NAME/TITLE.ipynb, one for each section.

    Args:
        notebook: without answers.
        name: of the practical.
        folder: receives the pages.
    """
    first, *others = by_section(notebook)
    names = []
    for section in others:
        title = (first_heading(section) or "").lower()
        names.append(re.sub(r"[^a-z0-9]+", "-", title).strip("-"))
        write_atomically(folder / name / f"{names[-1]}.ipynb", nbformat.writes(section))
    if names:
        listed = "\n".join(f"{name}/{one}" for one in names)
        contents = f"```{{toctree}}\n:caption: Sections\n:maxdepth: 1\n\n{listed}\n```"
        first.cells.append(nbformat.v4.new_markdown_cell(contents))
    write_atomically(folder / f"{name}.ipynb", nbformat.writes(first))


def by_section(notebook: NotebookNode) -> list[NotebookNode]:
    """The introduction, then a notebook a section; sections without a number are one, the last."""
    pages = [_like(notebook)]
    is_numbered = True
    for cell in notebook.cells:
        heading = SECTION.search(cell.source) if cell.cell_type == "markdown" else None
        if heading and is_numbered:
            is_numbered = bool(NUMBERED.match(heading[1]))
            pages.append(_like(notebook))
        pages[-1].cells.append(copy.deepcopy(cell))
    for page in pages[1:]:
        _raise_headings(page)
    return pages


def _like(notebook: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(metadata=copy.deepcopy(notebook.metadata))


def _raise_headings(page: NotebookNode) -> None:
    """Make the section's heading the page's, and those below it one level higher."""
    below = False
    for cell in page.cells:
        if cell.cell_type != "markdown":
            continue
        lines, inside = [], False
        for line in cell.source.split("\n"):
            inside ^= bool(FENCE.match(line))
            if not inside and re.match(r"#{2,6} ", line) and not (below and line.startswith("## ")):
                below = below or line.startswith("## ")
                line = line[1:]
            lines.append(line)
        cell.source = "\n".join(lines)


def card(notebook: NotebookNode, name: str, folder: Path) -> str:
    """A practical's card, in MyST: picture, title, the first sentences.

    Args:
        notebook: without answers.
        name: of the practical.
        folder: receives the picture, NAME.png, where the notebook has one.
    """
    said = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    paragraphs = [text for source in said for text in source.split("\n\n")]
    about = next((" ".join(text.split()) for text in paragraphs if text[:1].isalpha()), "")
    lines = []
    if (picture := _picture(notebook)) is not None:
        content, alt = picture
        write_atomically(folder / f"{name}.png", content)
        plain = re.sub(r"[][]", "", alt)
        lines.append(f"![{plain}]({folder.name}/{name}.png)\n")
    lines += [f"**[{first_heading(notebook) or name}](practicals/{name}.ipynb)**\n", _shortened(about)]
    body = "\n".join(lines)
    return f"```{{container}} card\n{body}\n```"


def _picture(notebook: NotebookNode) -> tuple[bytes, str] | None:
    """The figure that says most, taken to be the one of most bytes, with its alt text."""
    found = [
        (base64.b64decode(output.data["image/png"]), output.metadata["image/png"]["alt"])
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {}) and "alt" in output.metadata.get("image/png", {})
    ]
    return max(found, key=lambda one: len(one[0]), default=None)


def _shortened(text: str) -> str:
    """Whole sentences, as many as are short enough; at least one."""
    sentences = re.split(r"(?<=[.!?]) ", text)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) >= LONGEST:
            break
        kept = f"{kept} {sentence}"
    return kept
