"""Makes the students' notebooks, through nbgrader's own generate_assignment and nbgrader_config.py."""

import shutil
import tempfile
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import capture_log

from autograder.authoring.full import full_path
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.bank import BANK
from autograder.practical.cells import is_test
from autograder.practical.paths import COURSE_ROOT_MARKER, course_config
from autograder.practical.points import FILE as POINTS

RAISES = "raises-exception"
HIDE = "hide-input"


class ClearBuildMetadata(NbGraderPreprocessor):
    """Removes what only the instructors' notebook needs: the build's digests, and the pairing with a text."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Drop the notebook's `practicals` and `jupytext` metadata."""
        for key in ("practicals", "jupytext"):
            nb.metadata.pop(key, None)
        return nb, resources


class RunToTheEnd(NbGraderPreprocessor):
    """Lets "Run all" go on behind an exercise without an answer: JupyterLab and nbclient obey the tag.

    https://nbclient.readthedocs.io/en/latest/client.html#handling-errors-and-exceptions
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Add the tag `raises-exception` to every code cell."""
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.metadata["tags"] = [
                    *(tag for tag in cell.metadata.get("tags", []) if tag != RAISES), RAISES,
                ]  # fmt: skip
        return nb, resources


class FoldTests(NbGraderPreprocessor):
    """Folds the test cells, which would stand between an exercise and the next text; a click opens them.

    Each front end has a way of its own: JupyterLab `source_hidden`
    (https://nbformat.readthedocs.io/en/latest/format_description.html#cell-metadata), Colab `cellView`,
    Jupyter Book a tag (https://jupyterbook.org/en/stable/interactive/hiding.html).
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Add the metadata `jupyter.source_hidden` and `cellView`, and the tag `hide-input`."""
        for cell in nb.cells:
            if cell.cell_type == "code" and is_test(cell):
                cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
                cell.metadata["cellView"] = "form"
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), HIDE]
        return nb, resources


def student_files(
    root: Path, practical: str, notebook: NotebookNode, full: str | None = None
) -> dict[str, bytes]:
    """What `nbgrader generate_assignment` would put into release/, made in a temporary folder.

    nbgrader also records an assignment in the gradebook; this leaves the gradebook alone.

    Args:
        root: the checkout.
        practical: name of the practical.
        notebook: the built notebook; the other files of its folder are offered to nbgrader as they are.
        full: the page with the outputs of the full run (`authoring.full`); default: there is none.

    Returns:
        contents by file name relative to `release/<practical>`.

    Raises:
        PracticalsError: nbgrader refuses the notebook, or points.toml is wrong.
    """
    with tempfile.TemporaryDirectory(prefix=f"{practical}-release-") as folder:
        course = Path(folder).resolve()
        source = course / "source" / practical
        shutil.copytree(root / "source" / practical, source, ignore=shutil.ignore_patterns("*.ipynb", "runs"))
        write_atomically(source / f"{practical}.ipynb", nbformat.writes(notebook))
        for name in (COURSE_ROOT_MARKER, POINTS):  # by which nbgrader's preprocessors know the points
            if (root / name).is_file():
                shutil.copy(root / name, course)
        if full is not None:
            write_atomically(full_path(course, practical), full)
        config = course_config(root)
        config.CourseDirectory.root = str(course)
        # as `nbgrader generate_assignment --no-db`: what it writes is the same
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        config.CourseDirectory.assignment_id = practical
        result = capture_log(GenerateAssignment(coursedir=CourseDirectory(config=config), config=config))
        if not result["success"]:
            raise PracticalsError(
                f"{practical}: nbgrader cannot make the release: {_reason(result)}",
                "Fix the cell in the text and build again",
            )
        release = course / "release" / practical
        return {
            str(path.relative_to(release)): path.read_bytes()
            for path in sorted(release.rglob("*"))
            if path.is_file()
        }


def require_notebook_alone(files: dict[str, bytes], practical: str) -> None:
    """Refuse a release that holds more than the practical's notebook.

    Args:
        files: from `student_files`.
        practical: name of the practical.

    Raises:
        PracticalsError: naming the files; those of the bank are answers, and told apart.
    """
    extra = sorted(set(files) - {f"{practical}.ipynb"})
    if bank := [file for file in extra if Path(file).parts[0] == BANK]:
        raise PracticalsError(
            f"answers leak: nbgrader would hand {', '.join(bank)} from source/{practical}/ to students",
            f'Put "{BANK}" into CourseDirectory.ignore in nbgrader_config.py',
        )
    if extra:
        raise PracticalsError(
            f"nbgrader would hand {', '.join(extra)} from source/{practical}/ to students",
            "Move it elsewhere, or add its name to CourseDirectory.ignore in nbgrader_config.py",
        )


def _reason(result: dict) -> str:
    """The last line of the exception that nbgrader logged, else of the one it raised."""
    logged = [
        line for line in result.get("log", "").splitlines() if line.strip() and not line.startswith("[")
    ]
    return (logged or result["error"].strip().splitlines())[-1].strip().rstrip(".")
