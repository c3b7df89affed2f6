"""`practicals build --check`: finds what is stale, edited by hand, unpaired or leaking; builds nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from traitlets.config import Config

from autograder.authoring.build import (
    as_notebook,
    full_page,
    prepared,
    require_full_marks,
    require_small,
    serialised,
    with_outputs,
)
from autograder.authoring.full import FOLDER, full_path, read_outputs, stale_cells
from autograder.authoring.leaks import course_secrets, leaks_in
from autograder.authoring.pairing import Edited, differing_cells, edited
from autograder.authoring.release import require_notebook_alone, student_files
from autograder.errors import PracticalsError
from autograder.practical.cells import describe
from autograder.practical.digests import inputs_digest, outputs_digest
from autograder.practical.notebooks import read_notebook, read_text
from autograder.practical.paths import course_config, practical_names, source_text
from autograder.proof.figures import read_results, results_path, results_problems
from autograder.proof.thresholds import thresholds_in

# What JupyterLab and the notebooks themselves leave behind; none of it is in git.
LEFT_BEHIND = {".ipynb_checkpoints", "__pycache__", "runs"}


@dataclass(frozen=True)
class Problem:
    """Something that `practicals build --check` refuses.

    Args:
        path: the file, relative to the checkout.
        what: what is wrong with it.
        remedy: what to do next.
    """

    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {' '.join(self.what.split())}: {self.remedy}"


def problems(root: Path, names: list[str] | None = None) -> list[Problem]:
    """What is wrong with the named practicals, or with all, and with what else is in source/ and release/.

    Args:
        root: the checkout.
        names: practicals, default all.

    Raises:
        PracticalsError: no practical has one of the names.
    """
    found: list[Problem] = []
    texts: dict[str, NotebookNode] = {}
    for name in practical_names(root):
        try:
            texts[name] = read_text(source_text(root, name))
        except PracticalsError as error:
            found.append(_problem(root, source_text(root, name), error))
    chosen = [name for name in names or practical_names(root) if source_text(root, name)]
    for name in chosen:
        if name in texts:
            found += _practical_problems(root, name, texts[name])
    if not names:
        found += _strays(root)
    return [*found, *_leaks(root, chosen, texts, course_config(root))]


def _practical_problems(root: Path, name: str, text: NotebookNode) -> Iterator[Problem]:
    text_path = source_text(root, name)
    path = text_path.with_suffix(".ipynb")
    rebuild = f"run `practicals build {name}`"
    try:
        expected = prepared(text, name)
    except PracticalsError as error:
        yield _problem(root, text_path, error)
        return
    yield from _results_problems(root, name, expected)
    if not path.exists():
        yield Problem(_relative(root, path), "the notebook is missing", rebuild)
        return
    try:
        built = read_notebook(path)
    except PracticalsError as error:
        yield _problem(root, path, error)
        return
    try:
        for what in _notebook_problems(expected, built, path, name):
            yield Problem(_relative(root, path), what, rebuild)
    except PracticalsError as error:  # a cell that text cannot hold
        yield _problem(root, path, error)
    page = full_path(root, name)
    content = page.read_text("utf-8", errors="replace") if page.exists() else None
    if content is not None:
        yield from _full_problems(root, name, built, content, rebuild)
    yield from _release_problems(root, name, built, content, rebuild)


def _results_problems(root: Path, name: str, expected: NotebookNode) -> Iterator[Problem]:
    path = results_path(root, name)
    try:
        thresholds = thresholds_in(expected)
    except PracticalsError as error:
        yield _problem(root, source_text(root, name), error)
        return
    try:
        results = read_results(path)
    except PracticalsError as error:
        yield _problem(root, path, error)
        return
    for one in results_problems(expected, thresholds, results):
        yield Problem(_relative(root, path), one.what, one.remedy(name))


def _notebook_problems(expected: NotebookNode, built: NotebookNode, path: Path, name: str) -> Iterator[str]:
    """What distinguishes a notebook from one that was just built from its text."""
    left = built.metadata.get("practicals", {})
    if edited(expected, built) is not Edited.NEITHER:
        yield f"its inputs are not those of {name}.py, in {', '.join(differing_cells(expected, built))}"
    elif left.get("inputs_sha256") != inputs_digest(expected):
        yield "its outputs are not from these inputs"
    elif left.get("outputs_sha256") == outputs_digest(built) and path.read_text("utf-8") != serialised(
        with_outputs(expected, built)
    ):
        yield "it was saved by hand since the build"
    if left.get("outputs_sha256") != outputs_digest(built):
        yield "its outputs are not those of the build: somebody edited them, or ran cells"
    for index, cell in enumerate(built.cells):
        if cell.cell_type != "code":
            continue
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"{describe(cell, index)} shows an error"
        if cell.source.strip() and cell.execution_count is None:
            yield f"{describe(cell, index)} was never executed"
    try:
        require_full_marks(built, name)
        require_small(built, path.read_text("utf-8"), name)
    except PracticalsError as error:
        yield error.problem


def _full_problems(
    root: Path, name: str, built: NotebookNode, content: str, rebuild: str
) -> Iterator[Problem]:
    """What distinguishes the page with the outputs of the full run from one that was just built."""
    path = full_path(root, name)
    try:
        outputs = read_outputs(path)
        if stale := stale_cells(built, outputs):
            what = f"it has no outputs from a full run of the present code of {', '.join(stale)}"
            yield Problem(_relative(root, path), what, f"run `practicals build {name} --full`")
            return
        released = student_files(root, name, built)[f"{name}.ipynb"].decode("utf-8")
        if content != full_page(released, built, outputs, name):
            yield Problem(_relative(root, path), "its text is not that of the source now", rebuild)
    except PracticalsError as error:
        yield _problem(root, path, error)


def _release_problems(
    root: Path, name: str, built: NotebookNode, full: str | None, rebuild: str
) -> Iterator[Problem]:
    try:
        generated = student_files(root, name, built, full)
    except PracticalsError as error:
        yield _problem(root, source_text(root, name), error)
        return
    folder = root / "release" / name
    for file, content in generated.items():
        path = folder / file
        if file != f"{name}.ipynb":
            try:
                require_notebook_alone({file: content}, name)
            except PracticalsError as error:
                yield _problem(root, root / "source" / name / file, error)
        elif not path.exists():
            yield Problem(_relative(root, path), "the release is missing", rebuild)
        elif path.read_bytes() != content:
            yield Problem(
                _relative(root, path), "it is not what nbgrader generates from the source now", rebuild
            )
        else:
            try:
                require_small(as_notebook(content.decode("utf-8")), content.decode("utf-8"), name)
            except PracticalsError as error:
                yield _problem(root, path, error)
    for path in _files(folder):
        if path.relative_to(folder).as_posix() not in generated:
            yield Problem(_relative(root, path), "no build makes this file", "remove it")


def _strays(root: Path) -> Iterator[Problem]:
    """Notebooks without a text, and files in release/ and docs/practicals/ that belong to no practical."""
    names = practical_names(root)
    for path in _files(root / "source"):
        if path.suffix == ".ipynb" and not (
            path.stem in names and path.parent == root / "source" / path.stem
        ):
            remedy = "add the text that it is built from, or remove it"
            yield Problem(
                _relative(root, path), f"there is no {path.stem}.py of a practical beside it", remedy
            )
    for path in _files(root / "release"):
        if path.parent == root / "release" or path.relative_to(root / "release").parts[0] not in names:
            yield Problem(_relative(root, path), "it belongs to no practical in source/", "remove it")
    for path in _files(root / FOLDER):
        if path.suffix == ".ipynb" and path not in [full_path(root, name) for name in names]:
            yield Problem(_relative(root, path), "it belongs to no practical in source/", "remove it")


def _leaks(
    root: Path, chosen: list[str], texts: dict[str, NotebookNode], config: Config
) -> Iterator[Problem]:
    found, public = course_secrets(root, texts, config, place="source/{name}/{name}.py")
    secrets = {line: where for lines in found for line, where in lines.items()}
    others = [name for name in texts if name not in chosen]
    released = [
        path
        for path in _files(root / "release", left_behind=True)
        if path.relative_to(root / "release").parts[0] not in others
    ]
    pages = [path for path in _files(root / FOLDER, left_behind=True) if path.stem not in others]
    for path in [*released, *pages]:
        for leak in leaks_in(path.read_bytes(), secrets, public, config):
            yield Problem(
                _relative(root, path),
                f"students must not see what it holds: {leak}",
                "remove it and build the practical again",
            )


def _files(folder: Path, left_behind: bool = False) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (left_behind or not LEFT_BEHIND & set(path.relative_to(folder).parts)):
            yield path


def _problem(root: Path, path: Path, error: PracticalsError) -> Problem:
    return Problem(_relative(root, path), error.problem, error.remedy)


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
