"""Where things are in a checkout of the course."""

from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import PracticalsError

if TYPE_CHECKING:
    from traitlets.config import Config

COURSE_ROOT_MARKER = "nbgrader_config.py"

# JupyterLab's settings for students: no panels for instructors, no question about news
JUPYTER = Path(__file__).parent / "jupyter"


def course_root(start: Path | None = None) -> Path:
    """The checkout that holds `start` (default: the working directory).

    Raises:
        PracticalsError: there is no such folder.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / COURSE_ROOT_MARKER).is_file() and (folder / "source").is_dir():
            return folder
    raise PracticalsError(
        f"{start} is not inside a course folder (no {COURSE_ROOT_MARKER} here or above)",
        "Change to the folder that you cloned and run the command again",
    )


def practical_names(root: Path) -> list[str]:
    """Names of the practicals that have a text source, in teaching order."""
    return sorted(text.stem for text in (root / "source").glob("*/*.py") if text.stem == text.parent.name)


def source_text(root: Path, practical: str) -> Path:
    """The text source of a practical.

    Raises:
        PracticalsError: no practical has that name.
    """
    known = practical_names(root)
    if practical not in known:
        raise PracticalsError(
            f"there is no practical called {practical!r}",
            f"The practicals here are: {', '.join(known) or 'none yet'}",
        )
    return root / "source" / practical / f"{practical}.py"


def course_config(root: Path) -> "Config":
    """The settings that hold in the course, as nbgrader would load them there: see `config.read_config`.

    Raises:
        PracticalsError: a file is wrong; it says where.
    """
    from autograder.practical.config import read_config  # needs nbgrader, which takes long to import

    return read_config(root / COURSE_ROOT_MARKER)
