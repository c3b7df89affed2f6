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
from traitlets.config import Config, PyFileConfigLoader

from autograder.errors import PracticalsError
from autograder.paths import COURSE_ROOT_MARKER


class ClearBuildMetadata(NbGraderPreprocessor):
    """Removes what only the instructors' notebook needs: the build's digests, and the pairing with a text."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Drop the notebook's `practicals` and `jupytext` metadata."""
        for key in ("practicals", "jupytext"):
            nb.metadata.pop(key, None)
        return nb, resources


def course_config(root: Path) -> Config:
    """The course's nbgrader_config.py, as nbgrader would load it."""
    return PyFileConfigLoader(COURSE_ROOT_MARKER, path=str(root)).load_config()


def student_files(root: Path, practical: str, notebook: NotebookNode) -> dict[str, bytes]:
    """What `nbgrader generate_assignment` would put into release/, made in a temporary folder.

    nbgrader also records an assignment in the gradebook; this leaves the gradebook alone.

    Args:
        root: the checkout.
        practical: name of the practical.
        notebook: the built notebook; the other files of its folder are offered to nbgrader as they are.

    Returns:
        contents by file name relative to `release/<practical>`.

    Raises:
        PracticalsError: nbgrader refuses the notebook.
    """
    with tempfile.TemporaryDirectory(prefix=f"{practical}-release-") as folder:
        course = Path(folder).resolve()
        source = course / "source" / practical
        shutil.copytree(root / "source" / practical, source, ignore=shutil.ignore_patterns("*.ipynb", "runs"))
        nbformat.write(notebook, source / f"{practical}.ipynb")
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
                "Mend the cell in the text and build again",
            )
        release = course / "release" / practical
        return {
            str(path.relative_to(release)): path.read_bytes()
            for path in sorted(release.rglob("*"))
            if path.is_file()
        }


def _reason(result: dict) -> str:
    """The last line of the exception that nbgrader logged, else of the one it raised."""
    logged = [
        line for line in result.get("log", "").splitlines() if line.strip() and not line.startswith("[")
    ]
    return (logged or result["error"].strip().splitlines())[-1].strip().rstrip(".")
