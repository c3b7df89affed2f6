"""A practical's two files, text and notebook: reading, naming cells, digests of inputs and outputs."""

import json
import re
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import PracticalsError
from autograder.practical.cells import grade_id
from autograder.practical.faithful import MARKER, require_same_cells, require_same_lines

TEXT_FORMAT = "py:percent"
PAIRING = f"ipynb,{TEXT_FORMAT}"
METADATA = re.compile(r"\s(?:nbgrader|tags|jupyter)=(?=[\[{])")  # in the marker of a cell
# What JupyterLab writes, so that opening and saving a notebook changes nothing here
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# Jupytext's own bookkeeping, and what JupyterLab records about a cell's display and execution
NOT_INPUTS = {
    "autoscroll", "cell_marker", "collapsed", "execution", "ExecuteTime", "lines_to_end_of_cell_marker",
    "lines_to_next_cell", "noskipline", "scrolled", "skipline", "trusted",
}  # fmt: skip


def read_text(path: Path) -> NotebookNode:
    """The notebook that a percent-format text file describes.

    Raises:
        PracticalsError: the file cannot be read, or jupytext makes something else of a line in silence.
    """
    import jupytext  # takes longer to import than most commands have use for it

    try:
        content = path.read_text("utf-8")
        text = jupytext.reads(content, fmt=TEXT_FORMAT)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise PracticalsError(
            f"{path} cannot be read as notebook text ({error})", "Fix the file and run the command again"
        ) from error
    try:
        _require_metadata(content)
        inputs(text)
        require_same_lines(content, jupytext.writes(text, fmt=TEXT_FORMAT))
    except PracticalsError as error:
        raise PracticalsError(f"{path}: {error.problem}", error.remedy) from error
    return text


def _require_metadata(text: str) -> None:
    """Refuse metadata in a cell's marker that are no JSON: jupytext would take them for the cell's title.

    Raises:
        PracticalsError: naming the line.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if not MARKER.match(line):
            continue
        for found in METADATA.finditer(line):
            try:
                json.JSONDecoder().raw_decode(line, found.end())
            except ValueError as error:
                raise PracticalsError(
                    f"line {number}, the marker of a cell: its metadata are not JSON ({error})",
                    "Correct them there; true, false and names in double quotes are JSON",
                ) from error


def read_notebook(path: Path) -> NotebookNode:
    """A notebook file, checked against the notebook format 4.

    Raises:
        PracticalsError: the file cannot be read or is not a notebook.
    """
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, nbformat.ValidationError) as error:
        # nbformat takes a file apart before it validates it, so damage shows as any of these
        reason = str(error).splitlines()[0]
        raise PracticalsError(
            f"{path} is not a readable notebook ({reason})",
            "If nobody edited it, delete it and run `practicals build`; otherwise fix it",
        ) from error
    return notebook


def read_graded_cells(path: Path) -> NotebookNode:
    """Of an executed notebook that grading wrote, the cells that nbgrader knows, as `read_notebook` has them.

    Others, and the check against the format, take most of the time of reading, and a class has hundreds.

    Raises:
        PracticalsError: the file cannot be read, or is not a notebook any more.
    """
    try:
        written = json.loads(path.read_text("utf-8"))
        graded = [cell for cell in written["cells"] if "nbgrader" in cell["metadata"]]
        notebook = _node({**written, "cells": list(map(_cell_node, graded))})
        return nbformat.v4.rwbase.rejoin_lines(notebook)
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise PracticalsError(
            f"{path} is not as grading wrote it ({str(error).splitlines()[0]})",
            "Grade again, with --force",
        ) from error


def _cell_node(cell: dict) -> NotebookNode:
    """A cell as it was written; what a test handed on stays plain dicts, which are most of a notebook's."""
    outputs = {}
    if "outputs" in cell:
        outputs["outputs"] = [
            _node(output | {"data": _node(output["data"])} if "data" in output else output)
            for output in cell["outputs"]
        ]
    return _node({**cell, "metadata": nbformat.from_dict(cell["metadata"]), **outputs})


def _node(values: dict) -> NotebookNode:
    """A NotebookNode of values that stay as they are."""
    node = NotebookNode()
    dict.update(node, values)
    return node


def set_cell_ids(notebook: NotebookNode) -> None:
    """Give each cell the id that the next build gives it too: its `grade_id`, else `cell-` and a count."""
    for index, cell in enumerate(notebook.cells):
        name = grade_id(cell)
        cell["id"] = re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:64] if name else f"cell-{index + 1:03d}"


def inputs(notebook: NotebookNode) -> list[dict]:
    """What a person edits, as text would hold it: type, source and metadata of each cell.

    The cells go through jupytext once, so that those read from a text and from a notebook compare.

    Raises:
        PracticalsError: a cell would come back as another.
    """
    return json.loads(_through_text(json.dumps(_input_cells(notebook))))


@lru_cache(maxsize=16)  # the same cells are asked for again and again: of the text, of the notebook
def _through_text(cells: str) -> str:
    """Cells as JSON, as jupytext gives them back."""
    import jupytext

    given = json.loads(cells)
    plain = nbformat.v4.new_notebook(
        cells=[
            getattr(nbformat.v4, f"new_{cell['cell_type']}_cell")(cell["source"], metadata=cell["metadata"])
            for cell in given
        ],
        metadata={"jupytext": {"formats": PAIRING}, "kernelspec": KERNELSPEC},
    )
    written = jupytext.reads(jupytext.writes(plain, fmt=TEXT_FORMAT), fmt=TEXT_FORMAT)
    read_back = _input_cells(written)
    require_same_cells(plain.cells, read_back)
    return json.dumps(read_back)


def _input_cells(notebook: NotebookNode) -> list[dict]:
    return [
        {
            "cell_type": cell.cell_type,
            "source": cell.source,
            "metadata": {key: value for key, value in cell.metadata.items() if key not in NOT_INPUTS},
        }
        for cell in notebook.cells
    ]
