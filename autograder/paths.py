"""Where things are in a checkout of the course."""

import os
from pathlib import Path

from autograder.errors import PracticalsError

COURSE_ROOT_MARKER = "nbgrader_config.py"


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


def writable(folder: Path) -> Path:
    """`folder`, made if need be.

    Raises:
        PracticalsError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PracticalsError(
            f"cannot make the folder {folder} ({error.strerror})", "Name another one"
        ) from error
    if not os.access(folder, os.W_OK):
        raise PracticalsError(f"cannot write in {folder}", "Change its permissions, or name another folder")
    return folder
