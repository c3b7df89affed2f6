"""Chooses the figures of a built notebook among those drawn for it: as sharp as its size allows."""

import nbformat
from nbformat import NotebookNode

SIZE = 480 * 1024  # bytes; a notebook may have 500 KB, and its text may grow without a new run


def choose_figures(notebook: NotebookNode, size: int = SIZE) -> None:
    """Keep one picture of each figure, all of them about as sharp.

    Where they have too many bytes, all take a step, such as fewer colours, before one takes the next; those
    of most bytes come first. Room that the last step leaves goes to the small ones.

    Args:
        notebook: its outputs are changed: figures that `course_utils.plots.show` drew more than once. A
            figure that has no choice stays as it is.
        size: how many bytes the notebook's file may have, default `SIZE`; where all of the smallest have
            more, it stays larger.
    """
    figures = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if choices := output.get("metadata", {}).get("image/png", {}).pop("choices", None):
                figures.append(_Figure(output.data, choices))
    room = size - len(nbformat.writes(notebook, version=4).encode())
    while room < 0 and (left := [one for one in figures if one.step < len(one.pictures) - 1]):
        figure = min(left, key=lambda one: (one.step, -len(one.pictures[one.step])))
        room -= figure.take(figure.step + 1)
    for figure in sorted(figures, key=lambda one: len(one.pictures[one.step])):
        for step in range(figure.step):
            if len(figure.pictures[step]) - len(figure.pictures[figure.step]) <= room:
                room -= figure.take(step)
                break


class _Figure:
    """A figure of a notebook, and the step that it is at.

    Args:
        data: of its output.
        choices: pictures, as base64, that may take the place of the one in `data`; one that has more bytes
            than an earlier one is left out.
    """

    def __init__(self, data: dict[str, str], choices: list[str]) -> None:
        self.data = data
        self.step = 0
        self.pictures = [data["image/png"]]
        for picture in choices:
            if len(picture) < len(self.pictures[-1]):
                self.pictures.append(picture)

    def take(self, step: int) -> int:
        """Show the picture of this step; how many bytes it has more."""
        more = len(self.pictures[step]) - len(self.pictures[self.step])
        self.step = step
        self.data["image/png"] = self.pictures[step]
        return more
