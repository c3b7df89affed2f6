"""Figures of a built notebook: as sharp as its size allows, never of another size on the page."""

import base64
import io

import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from autograder.authoring.pictures import choose_figures
from course_utils import plots


@pytest.fixture(autouse=True)
def _while_building(monkeypatch):
    monkeypatch.setenv(plots.CHOICES, "2 1.5 1")


def drawn(monkeypatch, *lines: int) -> NotebookNode:
    """A notebook with a figure for each number, of so many lines."""
    cells, shown = [], []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    for number in lines:
        figure = Figure(figsize=(4, 3))
        axes = figure.subplots()
        for line in range(number):
            axes.plot([0, 1], [line, line**2])
        plots.show(figure, "Lines.")
        data, more = shown.pop()
        cells.append(new_code_cell(outputs=[new_output("display_data", data, metadata=more["metadata"])]))
    return new_notebook(cells=cells)


def widths(notebook: NotebookNode) -> list[int]:
    found = []
    for cell in notebook.cells:
        with Image.open(io.BytesIO(base64.b64decode(cell.outputs[0].data["image/png"]))) as picture:
            found.append(picture.width)
    return found


def size(notebook: NotebookNode) -> int:
    return len(nbformat.writes(notebook, version=4).encode())


def test_where_there_is_room_every_figure_is_as_it_was_drawn(monkeypatch):
    notebook = drawn(monkeypatch, 1, 5)
    as_drawn = [cell.outputs[0].data["image/png"] for cell in notebook.cells]
    choose_figures(notebook)
    assert [cell.outputs[0].data["image/png"] for cell in notebook.cells] == as_drawn
    assert widths(notebook) == [640, 640]  # 4 inches of 80 pixels, twice as many in the picture
    assert [cell.outputs[0].metadata["image/png"] for cell in notebook.cells] == [
        {"alt": "Lines.", "width": 320}
    ] * 2


def test_the_notebook_gets_its_size_and_the_largest_figure_takes_each_step_first(monkeypatch):
    seen = []
    limit = 10**6
    while True:
        notebook = drawn(monkeypatch, 1, 30)
        choose_figures(notebook, limit)
        seen.append(widths(notebook))
        if seen[-1] == [320, 320]:
            break
        assert size(notebook) <= limit
        limit = size(notebook) - 1
    assert [one for one, before in zip(seen[1:], seen, strict=False) if one != before] == [
        [640, 480], [480, 480], [640, 320], [480, 320], [320, 320],
    ]  # fmt: skip
    choose_figures(notebook, 10**6)
    assert widths(notebook) == [320, 320]  # who chose once has no choice left


def test_what_one_large_step_frees_goes_to_the_others(monkeypatch):
    notebook = drawn(monkeypatch, 1, 30)
    small, large = (cell.outputs[0] for cell in notebook.cells)
    large.data["image/png"] *= 50  # as if it had as many bytes as all the rest of a page
    large.metadata["image/png"]["choices"] = [large.data["image/png"][:-4], large.data["image/png"][:4000]]
    as_drawn = small.data["image/png"]
    choose_figures(notebook, 60_000)
    assert len(large.data["image/png"]) == 4000
    assert small.data["image/png"] == as_drawn


def test_without_room_every_figure_has_the_pixels_of_its_place(monkeypatch):
    notebook = drawn(monkeypatch, 1, 5)
    choose_figures(notebook, 0)
    assert widths(notebook) == [320, 320]
    assert "choices" not in str(notebook)


def test_a_figure_of_somebody_elses_stays():
    data = {"image/png": "AAAA" * 1000}
    notebook = new_notebook(cells=[new_code_cell(outputs=[new_output("display_data", data)])])
    choose_figures(notebook, 0)
    assert notebook.cells[0].outputs[0].data == data


def test_outside_a_build_a_figure_is_drawn_once(monkeypatch):
    monkeypatch.delenv(plots.CHOICES)
    (cell,) = drawn(monkeypatch, 1).cells
    assert cell.outputs[0].metadata["image/png"] == {"alt": "Lines.", "width": 320}
