"""Builds practicals: text and notebook brought together, executed, checked, released."""

import json
import re
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade
from rich.console import Console

from autograder.authoring.execute import execute
from autograder.authoring.full import (
    FOLDER,
    SETTINGS,
    Outputs,
    full_path,
    page_of,
    read_outputs,
    run_in_full,
    stale_cells,
)
from autograder.authoring.pairing import bring_together
from autograder.authoring.pictures import choose_figures
from autograder.authoring.release import require_notebook_alone, student_files
from autograder.authoring.rules import broken_rules
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.cells import describe, is_test
from autograder.practical.digests import (
    course_utils_folder,
    digest,
    inputs_digest,
    outputs_digest,
    package_digest,
)
from autograder.practical.notebooks import KERNELSPEC, set_cell_ids
from autograder.practical.paths import practical_names, source_text
from autograder.practical.testcells import printed
from course_utils.data import SETTING as DATA_SETTING
from course_utils.plots import CHOICES

BUILD_SETTINGS = SETTINGS | {"COURSE_BUDGET": "quick"}
KB = 1024
MAX_BYTES = 500 * KB
RELEASE = "release_sha256"  # in the built notebook's metadata: the digest of the release made from it
RAN = re.compile(r'"execution_count": \d')  # what only a notebook holds that somebody ran


def build_all(
    root: Path, names: list[str] | None, console: Console, force: bool = False, full: bool = False
) -> None:
    """Build the named practicals, or all, and say for each what was done; see `build`."""
    for practical in names or practical_names(root):
        start = time.monotonic()
        executed = build(root, practical, console, force, full)
        done = "built" if executed else "unchanged, not executed again"
        console.print(f"{practical}: {done} ({time.monotonic() - start:.1f} s)")


def build(root: Path, practical: str, console: Console, force: bool = False, full: bool = False) -> bool:
    """Bring text and notebook together, execute if anything changed, and make the release.

    The execution is skipped when the notebook's inputs, its outputs and the code of `course_utils` are those
    of the last build. Unless everything succeeds, notebook and release stay as they are. A release in which
    somebody worked is never written over.

    Where there is a page with the outputs of the full run, it is written anew with the present cells and
    those of its outputs that are of the present code, and the release shows these.

    Args:
        root: the checkout.
        practical: name of the practical.
        console: where progress is shown.
        force: execute although nothing changed.
        full: execute at the full budget too, if an output of the full run is missing or of other code;
            COURSE_DATA_DIR counts for that run alone.

    Returns:
        whether the notebook was executed, at either budget.

    Raises:
        PracticalsError: text and notebook were both edited, a rule is broken, a cell failed, the reference
            does not earn full marks, a cell writes to stderr, a notebook is too large, nbgrader refuses
            it, somebody edited the outputs of the full run, or the release holds somebody's work.
    """
    text_path = source_text(root, practical)
    notebook_path = text_path.with_suffix(".ipynb")
    text, built = bring_together(text_path, notebook_path)
    released = root / "release" / practical / f"{practical}.ipynb"
    page = full_path(root, practical)
    require_untouched(released, built)
    notebook = prepared(text, practical)
    fresh = {
        "inputs_sha256": inputs_digest(notebook),
        "course_utils_sha256": package_digest(course_utils_folder()),
    }
    executed = False
    if force or built is None or not _is_current(built, fresh):
        executed = True
        # what is there for the full run, such as MNIST, is not there where nbval repeats the quick one
        settings = BUILD_SETTINGS | {CHOICES: "1"} | ({DATA_SETTING: ""} if full else {})
        execute(notebook, practical, settings, console)
        require_full_marks(notebook, practical)
        require_no_stderr(notebook, practical)
        choose_figures(notebook, size=0)  # git keeps all that was ever built; readers have the page
        notebook.metadata["practicals"] = {**fresh, "outputs_sha256": outputs_digest(notebook)}
    else:
        notebook = with_outputs(notebook, built)
    release = student_files(root, practical, notebook)
    require_notebook_alone(release, practical)
    content = release[released.name].decode("utf-8")
    outputs = read_outputs(page) if page.exists() and not (full and force) else None
    if full and (outputs is None or stale_cells(notebook, outputs)):
        executed = True
        console.print(f"{practical}: at the full budget, which may take long", highlight=False)
        outputs = run_in_full(notebook, practical, console)
    files = {}
    if outputs is not None:
        files[page] = full_page(content, notebook, outputs, practical)
        content = student_files(root, practical, notebook, files[page])[released.name].decode("utf-8")
        require_small(as_notebook(content), content, f"release/{practical}/{released.name}")
    notebook.metadata["practicals"][RELEASE] = digest(content)
    files |= {notebook_path: serialised(notebook), released: content}
    require_small(notebook, files[notebook_path], practical)
    for path, written in files.items():
        if not path.exists() or path.read_text("utf-8") != written:
            write_atomically(path, written)
    return executed


def full_page(released: str, source: NotebookNode, outputs: Outputs, practical: str) -> str:
    """The content of the page with the outputs of the full run; arguments as those of `page_of`.

    Raises:
        PracticalsError: a cell wrote to stderr at the full budget, or the page is too large.
    """
    page = page_of(as_notebook(released), source, outputs)
    require_no_stderr(page, practical)
    content = serialised(page)
    require_small(page, content, str(FOLDER / f"{practical}.ipynb"))
    return content


def require_untouched(released: Path, built: NotebookNode | None) -> None:
    """Refuse to write over a release notebook that is not as the last build left it.

    Args:
        released: the students' notebook; it need not exist.
        built: the notebook of the last build, which knows the digest of its release; None without one.

    Raises:
        PracticalsError: somebody worked in it.
    """
    if not released.exists():
        return
    content = released.read_text("utf-8", errors="replace")
    left = built.metadata.get("practicals", {}).get(RELEASE) if built is not None else None
    # what was built before digests were kept is known by its cells: nobody ran one
    if digest(content) == left or (left is None and not RAN.search(content)):
        return
    shown = Path("release", released.parent.name, released.name)
    raise PracticalsError(
        f"{shown} is not as the last build left it, and may hold somebody's work: it was not written over",
        f"Move it out of release/ to keep it, or take it back with `git checkout {shown}`; then build again. "
        "`practicals lab` opens copies to work in",
    )


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
        raise PracticalsError(f"{practical}: {'; '.join(problems)}", "Fix the text and build again")
    return notebook


def with_outputs(notebook: NotebookNode, built: NotebookNode) -> NotebookNode:
    """A prepared notebook with the outputs and digests of a built one that has the same inputs."""
    for cell, old in zip(notebook.cells, built.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = old.outputs, old.execution_count
    notebook.metadata["practicals"] = built.metadata["practicals"]
    return notebook


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
                    f"{practical}: {describe(cell, index)}: {error}", "Fix the test"
                ) from error
            if score != points:
                short.append(
                    f"{describe(cell, index)} scores {score:g} of {points:g}\n{printed(cell).strip()}".strip()
                )
    if short:
        raise PracticalsError(
            f"{practical}: the reference does not earn full marks: " + "; ".join(short),
            "Fix the reference or the test",
        )


def require_no_stderr(notebook: NotebookNode, practical: str) -> None:
    """Refuse a notebook whose cells write to stderr: warnings, that is, and logs; tests print nothing at all.

    Readers see it in red, and a warning names its process, which nbval finds changed in the next run. A
    warning within an exercise's test is printed, so that plain nbgrader gives the test its points.

    Raises:
        PracticalsError: naming the first such cell, and what it writes.
    """
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and (output.name == "stderr" or is_test(cell)):
                line = " ".join(output.text.split())
                verb = "writes to stderr" if output.name == "stderr" else "prints"
                raise PracticalsError(
                    f"{practical}: {describe(cell, index)} {verb}: {line[:200]}",
                    "Fix what it warns of, or, if it is right so, keep the warning out with "
                    "warnings.catch_warnings and logging.disable",
                )


def require_small(notebook: NotebookNode, written: str, practical: str) -> None:
    """Refuse a notebook that has grown too large to keep in git and to open on a slow line.

    Raises:
        PracticalsError: naming the largest cells.
    """
    if (size := len(written.encode())) >= MAX_BYTES:
        sizes = {describe(cell, index): len(json.dumps(cell)) for index, cell in enumerate(notebook.cells)}
        largest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:5]
        raise PracticalsError(
            f"{practical}: the notebook has {size / KB:.0f} KB and may have {MAX_BYTES / KB:.0f}; "
            f"the largest: {', '.join(f'{name} with {sizes[name] / KB:.0f} KB' for name in largest)}",
            "Draw fewer or smaller figures there",
        )


def as_notebook(content: str) -> NotebookNode:
    """The notebook that a file holds which was just made here."""
    return nbformat.reads(content, as_version=4)


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
