"""An assignment as graders see it: the source notebook without its solutions."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import find_all_files
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.errors import PracticalsError
from autograder.practical.cells import grade_id
from autograder.practical.notebooks import read_notebook
from autograder.practical.points import FILE as POINTS
from autograder.practical.points import course_of, own_points

RENAMED = (
    "renamed.json"  # beside the source notebook: former names of its cells, and those that they have now
)


@dataclass(frozen=True)
class Assignment:
    """The two forms of a source notebook that grading needs; cells of one have the index of the other's.

    Args:
        graded: what is executed and what the gradebook records: solutions replaced by stubs, hidden tests and
            nbgrader's checksums in place.
        released: what students got: hidden tests and mark schemes are gone too.
        formerly: cells that were renamed after students got them: former name → name.
    """

    graded: NotebookNode
    released: NotebookNode
    formerly: Mapping[str, str] = field(default_factory=dict)

    @property
    def grade_ids(self) -> set[str]:
        """Names of all cells that nbgrader knows."""
        return {name for cell in self.graded.cells if (name := grade_id(cell))}


def source_notebook(coursedir: CourseDirectory, assignment_id: str, notebook_id: str) -> Path:
    """Where the source notebook of an assignment is."""
    folder = coursedir.format_path(coursedir.source_directory, ".", assignment_id)
    return Path(folder).resolve() / f"{notebook_id}.ipynb"


def given_files(coursedir: CourseDirectory, assignment_id: str) -> dict[str, Path]:
    """Files that the course hands out beside a notebook: path in the working folder → file."""
    folder = source_notebook(coursedir, assignment_id, "").parent
    found = find_all_files(str(folder), [*coursedir.ignore, "*.ipynb"])
    return {str(Path(name).relative_to(folder)): Path(name) for name in sorted(found)}


def load_assignment(path: Path, config: Config) -> Assignment:
    """Read a source notebook and take its solutions out, with nbgrader's own preprocessors.

    Args:
        path: `source/p/p.ipynb`.
        config: the course's nbgrader_config.py; its `GenerateAssignment.preprocessors` do the work.

    Raises:
        PracticalsError: the notebook is missing or unreadable, or its `renamed.json` or the course's
            points.toml is; or nbgrader_config.py leaves out what applies points.toml.
    """
    if not path.is_file():
        raise PracticalsError(
            f"{path} does not exist: the practical has not been built", f"Run `practicals build {path.stem}`"
        )
    # nbgrader asks for it anew for each submission
    status = path.stat()
    formerly = former_names(path)
    root = course_of(path.parent)
    own = own_points(root, path.parent.name) if root is not None else {}
    if own:
        _require_that_they_count(config, any(one.is_bonus for one in own.values()))
    key = (
        path, status.st_mtime_ns, status.st_size, repr(config), *sorted(formerly.items()), *own.items(),
    )  # fmt: skip
    if key not in _loaded:
        before, after = _around_save_cells(config)
        graded = _preprocessed(read_notebook(path), before, path, config)
        without_outputs = copy.deepcopy(config)
        without_outputs["ShowFullRun"].enabled = False  # grading has no use for them
        released = _preprocessed(graded, after, path, without_outputs)
        _loaded[key] = Assignment(graded=graded, released=released, formerly=formerly)
    return _loaded[key]


_loaded: dict[tuple, Assignment] = {}


def _require_that_they_count(config: Config, bonus: bool) -> None:
    """Refuse a nbgrader_config.py of before there were points of an instructor's own: they would be lost."""
    needed = [("GenerateAssignment", "preprocessors", "OwnPoints", "first of")]
    if bonus:
        needed.append(
            (
                "Autograde",
                "autograde_preprocessors",
                "SaveGrades",
                "in place of preprocessors.SaveAutoGrades in",
            )
        )
    for section, setting, name, where in needed:
        if name not in {getattr(one, "__name__", "") for one in config[section].get(setting, [])}:
            raise PracticalsError(
                f"nbgrader_config.py does not apply {POINTS}: {name} is not in c.{section}.{setting}",
                f"Import {name} from autograder.plugins, and put it {where} c.{section}.{setting}",
            )


def former_names(path: Path) -> dict[str, str]:
    """Cells of a source notebook that were renamed, as `renamed.json` beside it says: former name → name.

    Raises:
        PracticalsError: the file cannot be read, or is no such object.
    """
    file = path.with_name(RENAMED)
    try:
        names = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PracticalsError(
            f"{file} cannot be read ({error})", "Correct it, or take it from git"
        ) from error
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise PracticalsError(
            f"{file} has something other than names of cells", 'Write it as {"FORMER NAME": "NAME"}'
        )
    return names


def save_assignment(assignment: Assignment, path: Path, config: Config, db_url: str) -> None:
    """Record an assignment's cells in the gradebook, as `nbgrader generate_assignment` does.

    Args:
        assignment: from `load_assignment`.
        path: its source notebook, `source/p/p.ipynb`.
        config: the course's nbgrader_config.py.
        db_url: nbgrader's address of the gradebook.

    Raises:
        RuntimeError: the gradebook holds submissions for other cells than these.
    """
    _preprocessed(assignment.graded, [SaveCells], path, config, db_url)


def _around_save_cells(config: Config) -> tuple[list, list]:
    """The preprocessors that nbgrader applies before and after it records the cells in the gradebook."""
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    classes = [import_item(item) if isinstance(item, str) else item for item in converter.preprocessors]
    at = classes.index(SaveCells)
    return classes[:at], classes[at + 1 :]


def _preprocessed(
    notebook: NotebookNode, preprocessors: list, path: Path, config: Config, db_url: str = ""
) -> NotebookNode:
    exporter = NotebookExporter(config=config)
    for preprocessor in preprocessors:
        exporter.register_preprocessor(preprocessor)
    resources = {
        "unique_key": path.stem,
        "metadata": {"path": str(path.parent), "name": path.stem},
        "nbgrader": {
            "student": ".", "assignment": path.parent.name, "notebook": path.stem, "db_url": db_url,
        },
    }  # fmt: skip
    text, _ = exporter.from_notebook_node(notebook, resources)
    return nbformat.reads(text, as_version=4)
