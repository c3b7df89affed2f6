"""The essays that a practical asks for: question, model answer and mark scheme, from the source notebook."""

import re
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearMarkScheme
from traitlets.config import Config

from autograder.marking.rubric import Item
from autograder.practical.cells import is_essay, name_of
from autograder.practical.points import points_of
from autograder.practical.testcells import HEADING, exercise_titles

# "- 1 point: the variance of …", "- 0.5 points for …", with the lines that follow below the same bullet
POINTS = re.compile(
    r"^[-*] +(\d+(?:\.\d+)?) +points?\b(?:[:,]| for)? *(.+(?:\n[ \t]+\S.*)*)", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True)
class Question:
    """An essay that students write; texts are Markdown.

    Args:
        name: its `grade_id`.
        title: the heading above it.
        max_score: its points.
        asked: what students read: the text above the essay's cell, from its heading on.
        model: the model answer.
        scheme: the mark scheme; "" where there is none.
    """

    name: str
    title: str
    max_score: float
    asked: str
    model: str
    scheme: str

    @property
    def scheme_items(self) -> list[Item]:
        """The scheme's bullets that begin with a number of points, as items of a rubric."""
        return [
            Item(float(points), " ".join(text.split()).rstrip(".;"))
            for points, text in POINTS.findall(self.scheme)
        ]


def questions(notebook: NotebookNode, config: Config) -> list[Question]:
    """The essays of a source notebook that count, in its order.

    Args:
        notebook: as instructors see it, with the points of points.toml.
        config: the course's nbgrader configuration, which has the delimiters of mark schemes.
    """
    delimiters = ClearMarkScheme(config=config)
    titles = exercise_titles(notebook)
    found = []
    for index, cell in enumerate(notebook.cells):
        if is_essay(cell):
            model, scheme = _without_scheme(cell.source, delimiters)
            name, points = name_of(cell), points_of(cell)
            if not points:
                continue  # points.toml took it out
            asked = _asked(notebook.cells[:index])
            found.append(Question(name, titles[name], points, asked, model, scheme))
    return found


def _asked(before: list[NotebookNode]) -> str:
    """The text right above a cell, back to its heading."""
    texts: list[str] = []
    for cell in reversed(before):
        if cell.cell_type != "markdown" or is_essay(cell):
            break
        texts.insert(0, cell.source)
        if HEADING.search(cell.source):
            break
    return "\n\n".join(texts)


def _without_scheme(source: str, delimiters: ClearMarkScheme) -> tuple[str, str]:
    """A model answer and its mark scheme."""
    model: list[str] = []
    scheme: list[str] = []
    into = model
    for line in source.split("\n"):
        if delimiters.begin_mark_scheme_delimeter in line:
            into = scheme
        elif delimiters.end_mark_scheme_delimeter in line:
            into = model
        else:
            into.append(line)
    return "\n".join(model).strip(), "\n".join(scheme).strip()
