"""Whether a class folder has something that was not graded yet, as far as can be seen without reading it."""

import os
from pathlib import Path

from autograder.grading.record import Record


def has_news(class_folder: Path, output: Path, practical: str) -> bool:
    """Whether a hand-in has no record, or a notebook that is newer than its record.

    It decides only what is started early: what is to be graded is found out later, by digests.

    Args:
        class_folder: what the students handed in.
        output: the folder that the class is graded into.
        practical: name of the practical.
    """
    try:
        return any(
            entry.is_dir() and _is_news(Path(entry.path, practical), output, entry.name)
            for entry in os.scandir(class_folder)
        )
    except OSError:
        return True


def _is_news(folder: Path, output: Path, student_id: str) -> bool:
    if not folder.is_dir():
        return False
    try:
        graded = Record.path(output / "autograded", student_id, folder.name).stat().st_mtime
        return any(file.stat().st_mtime > graded for file in folder.iterdir())
    except OSError:
        return True
