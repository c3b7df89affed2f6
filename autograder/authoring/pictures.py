"""Chooses the figures of a built notebook among those drawn for it: as sharp as its size allows."""

import nbformat
from nbformat import NotebookNode

SIZE = 480 * 1024  # bytes; a notebook may have 500 KB, and its text may grow without a new run


def choose_figures(notebook: NotebookNode, size: int = SIZE) -> None:
    """Keep one picture of each figure, all of them about as sharp.

    Where they have too many bytes, all take a step, such as fewer colours, before one takes the next; those
    of most bytes come first, and the rest stays as it is once the notebook is small enough.

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
                figures.append((output.data, choices))
    over = len(nbformat.writes(notebook, version=4).encode()) - size
    while over > 0 and figures:
        figure = max(figures, key=lambda one: (len(one[1]), len(one[0]["image/png"])))
        data, choices = figure
        less = choices.pop(0)
        if not choices:
            figures.remove(figure)
        if (saved := len(data["image/png"]) - len(less)) > 0:
            data["image/png"] = less
            over -= saved
