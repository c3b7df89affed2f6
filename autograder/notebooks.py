"""A practical's two files, text and notebook: reading, naming cells, digests of inputs and outputs."""

import ast
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import jupytext
import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from autograder.errors import PracticalsError

TEXT_FORMAT = "py:percent"
PAIRING = f"ipynb,{TEXT_FORMAT}"
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
        PracticalsError: the file cannot be read.
    """
    try:
        return jupytext.read(path, fmt=TEXT_FORMAT)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise PracticalsError(
            f"{path} cannot be read as notebook text ({error})", "Mend the file and run the command again"
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
            "If nobody edited it, delete it and run `practicals build`; otherwise mend it",
        ) from error
    return notebook


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` so that readers, and a crash, see the old file or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def grade_id(cell: NotebookNode) -> str | None:
    """The name by which nbgrader knows a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def describe(cell: NotebookNode, index: int) -> str:
    """How messages name a cell: by `grade_id`, else by its position, counted from 1."""
    return f"cell {grade_id(cell)!r}" if grade_id(cell) else f"cell {index + 1}"


def set_cell_ids(notebook: NotebookNode) -> None:
    """Give each cell the id that the next build gives it too: its `grade_id`, else `cell-` and a count."""
    for index, cell in enumerate(notebook.cells):
        name = grade_id(cell)
        cell["id"] = re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:64] if name else f"cell-{index + 1:03d}"


def inputs(notebook: NotebookNode) -> list[dict]:
    """What a person edits, as text would hold it: type, source and metadata of each cell.

    The cells go through jupytext once, so that those read from a text and from a notebook compare.
    """
    plain = nbformat.v4.new_notebook(
        cells=[_without_display_metadata(cell) for cell in notebook.cells],
        metadata={"jupytext": {"formats": PAIRING}, "kernelspec": KERNELSPEC},
    )
    written = jupytext.reads(jupytext.writes(plain, fmt=TEXT_FORMAT), fmt=TEXT_FORMAT)
    return [
        {
            "cell_type": cell.cell_type,
            "source": cell.source,
            "metadata": _without_display_metadata(cell).metadata,
        }
        for cell in written.cells
    ]


def inputs_digest(notebook: NotebookNode) -> str:
    """SHA-256 of `inputs`."""
    return digest(inputs(notebook))


def outputs_digest(notebook: NotebookNode) -> str:
    """SHA-256 of what executing the notebook left in it: outputs and execution counts of the code cells."""
    return digest(
        [[cell.execution_count, cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]
    )


def code_digest(notebook: NotebookNode, budget: str | None = None) -> str:
    """SHA-256 of the syntax trees of the code cells that are not tests: comments and spaces do not count.

    Args:
        notebook: a source notebook.
        budget: `quick` or `full`; then what `training.budget` gives at other budgets does not count either.
    """
    trees = [tree for index, cell in code_cells(notebook) if (tree := syntax(cell, index))]
    if budget:
        for call in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "training.budget":
                call.keywords = [keyword for keyword in call.keywords if keyword.arg == budget]
    return digest([ast.dump(tree) for tree in trees])


def package_digest(folder: Path) -> str:
    """SHA-256 of the syntax trees, docstrings left out, of all modules of a package."""
    return digest(
        [
            [
                str(module.relative_to(folder)),
                ast.dump(_without_docstrings(ast.parse(module.read_text("utf-8")))),
            ]
            for module in sorted(folder.rglob("*.py"))
        ]
    )


def code_cells(notebook: NotebookNode, tests: bool = False) -> Iterator[tuple[int, NotebookNode]]:
    """Position and cell of the code cells that are test cells (`tests`) or are not (the default)."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and is_test(cell) == tests:
            yield index, cell


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is an autograded test."""
    settings = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(settings.get("grade")) and not settings.get("solution")


def is_exercise(cell: NotebookNode) -> bool:
    """Whether a cell holds code that a student writes and a test cell grades."""
    settings = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(settings.get("solution")) and not settings.get("grade")


def is_essay(cell: NotebookNode) -> bool:
    """Whether a cell is answered in words and graded by a person."""
    settings = cell.metadata.get("nbgrader", {})
    return bool(settings.get("solution")) and bool(settings.get("grade"))


def syntax(cell: NotebookNode, index: int) -> ast.Module:
    """The syntax tree of a code cell, magics and shell lines turned into calls as IPython does.

    Raises:
        PracticalsError: the cell is not Python.
    """
    try:
        return parsed(cell.source)
    except SyntaxError as error:
        raise PracticalsError(
            f"{describe(cell, index)} is not Python: {error.msg}, line {error.lineno} of the cell",
            "Mend the cell",
        ) from error


def parsed(source: str) -> ast.Module:
    """The syntax tree of a code cell's source, as `syntax`; raises SyntaxError."""
    return ast.parse(TransformerManager().transform_cell(source))


def digest(value: Iterable) -> str:
    """SHA-256 of a value made of JSON types."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _without_display_metadata(cell: NotebookNode) -> NotebookNode:
    metadata = {key: value for key, value in cell.metadata.items() if key not in NOT_INPUTS}
    new_cell = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
    return new_cell(source=cell.source, metadata=metadata)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:]
    return tree
