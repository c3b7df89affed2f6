"""Builds practicals: text and notebook brought together, executed, checked, released."""

import importlib.util
import json
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade
from rich.console import Console

from autograder.errors import PracticalsError
from autograder.execution import execute
from autograder.notebooks import (
    KERNELSPEC,
    describe,
    inputs_digest,
    is_test,
    outputs_digest,
    package_digest,
    set_cell_ids,
    write_atomically,
)
from autograder.pairing import bring_together
from autograder.paths import practical_names, source_text
from autograder.release import student_files
from autograder.rules import broken_rules

BUILD_SETTINGS = {"COURSE_BUDGET": "quick", "COURSE_SEED": "42"}
MAX_BYTES = 500_000


def build_all(root: Path, names: list[str] | None, console: Console, force: bool = False) -> None:
    """Build the named practicals, or all, and say for each what was done; see `build`."""
    for practical in names or practical_names(root):
        start = time.monotonic()
        executed = build(root, practical, console, force)
        done = "built" if executed else "unchanged, not executed again"
        console.print(f"{practical}: {done} ({time.monotonic() - start:.1f} s)")


def build(root: Path, practical: str, console: Console, force: bool = False) -> bool:
    """Bring text and notebook together, execute if anything changed, and make the release.

    The execution is skipped when the notebook's inputs, its outputs and the code of `course_utils` are those
    of the last build. Unless everything succeeds, notebook and release stay as they are.

    Args:
        root: the checkout.
        practical: name of the practical.
        console: where progress is shown.
        force: execute although nothing changed.

    Returns:
        whether the notebook was executed.

    Raises:
        PracticalsError: text and notebook were both edited, a rule is broken, a cell failed, the reference
            does not earn full marks, the notebook is too large, or nbgrader refuses it.
    """
    text_path = source_text(root, practical)
    notebook_path = text_path.with_suffix(".ipynb")
    text, built = bring_together(text_path, notebook_path)
    notebook = prepared(text, practical)
    fresh = {
        "inputs_sha256": inputs_digest(notebook),
        "course_utils_sha256": package_digest(course_utils_folder()),
    }
    executed = force or built is None or not _is_current(built, fresh)
    if executed:
        execute(notebook, practical, BUILD_SETTINGS, console)
        require_full_marks(notebook, practical)
        notebook.metadata["practicals"] = {**fresh, "outputs_sha256": outputs_digest(notebook)}
    else:
        notebook = with_outputs(notebook, built)
    written = serialised(notebook)
    require_small(notebook, written, practical)
    release = student_files(root, practical, notebook)
    if extra := sorted(set(release) - {f"{practical}.ipynb"}):
        raise PracticalsError(
            f"nbgrader would hand {', '.join(extra)} from source/{practical}/ to students",
            "Move it elsewhere, or add its name to CourseDirectory.ignore in nbgrader_config.py",
        )
    if built is None or notebook_path.read_text("utf-8") != written:
        write_atomically(notebook_path, written)
    released = root / "release" / practical / f"{practical}.ipynb"
    content = release[released.name].decode("utf-8")
    if not released.exists() or released.read_text("utf-8") != content:
        write_atomically(released, content)
    return executed


def prepared(text: NotebookNode, practical: str) -> NotebookNode:
    """A notebook ready to execute: the text's cells with their ids, the kernel's name, no outputs.

    Raises:
        PracticalsError: a rule for cells is broken.
    """
    metadata = {key: value for key, value in text.metadata.items() if key != "practicals"}
    jupytext = {
        key: value for key, value in metadata.get("jupytext", {}).items() if key != "text_representation"
    }
    metadata |= {"jupytext": jupytext, "kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    notebook = nbformat.v4.new_notebook(cells=text.cells, metadata=metadata)
    for cell in notebook.cells:
        cell.metadata.pop("lines_to_next_cell", None)
    set_cell_ids(notebook)
    if problems := broken_rules(notebook):
        raise PracticalsError(f"{practical}: {'; '.join(problems)}", "Mend the text and build again")
    return notebook


def with_outputs(notebook: NotebookNode, built: NotebookNode) -> NotebookNode:
    """A prepared notebook with the outputs and digests of a built one that has the same inputs."""
    for cell, old in zip(notebook.cells, built.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = old.outputs, old.execution_count
    notebook.metadata["practicals"] = built.metadata["practicals"]
    return notebook


def course_utils_folder() -> Path:
    """The folder of the package that notebooks import, found without importing it."""
    return Path(importlib.util.find_spec("course_utils").origin).parent


def require_full_marks(notebook: NotebookNode, practical: str) -> None:
    """Refuse a notebook whose reference answers do not earn every point, by nbgrader's own count.

    Raises:
        PracticalsError: naming the cells and their scores.
    """
    short = []
    for index, cell in enumerate(notebook.cells):
        if is_test(cell):
            try:
                score, points = determine_grade(cell)
            except ValueError as error:
                raise PracticalsError(
                    f"{practical}: {describe(cell, index)}: {error}", "Mend the test"
                ) from error
            if score != points:
                printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
                short.append(
                    f"{describe(cell, index)} scores {score:g} of {points:g}\n{printed.strip()}".strip()
                )
    if short:
        raise PracticalsError(
            f"{practical}: the reference does not earn full marks: " + "; ".join(short),
            "Mend the reference or the test",
        )


def require_small(notebook: NotebookNode, written: str, practical: str) -> None:
    """Refuse a notebook that has grown too large to keep in git and to open on a slow line.

    Raises:
        PracticalsError: naming the largest cells.
    """
    if (size := len(written.encode())) >= MAX_BYTES:
        sizes = {describe(cell, index): len(json.dumps(cell)) for index, cell in enumerate(notebook.cells)}
        largest = sorted(sizes, key=sizes.get, reverse=True)[:5]
        raise PracticalsError(
            f"{practical}: the notebook has {size / 1000:.0f} KB and may have {MAX_BYTES / 1000:.0f}; "
            f"the largest: {', '.join(f'{name} with {sizes[name] / 1000:.0f} KB' for name in largest)}",
            "Draw fewer or smaller figures there",
        )


def serialised(notebook: NotebookNode) -> str:
    """The notebook as a file, byte for byte the same for the same notebook."""
    return nbformat.writes(notebook, version=4) + "\n"


def _is_current(built: NotebookNode, fresh: dict[str, str]) -> bool:
    left = built.metadata.get("practicals", {})
    return (
        all(left.get(key) == value for key, value in fresh.items())
        and inputs_digest(built) == fresh["inputs_sha256"]
        and outputs_digest(built) == left.get("outputs_sha256")
    )
