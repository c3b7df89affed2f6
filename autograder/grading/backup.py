"""A backup of the gradebook before code that did not write it last writes to it for the first time."""

import importlib.metadata
import os

from autograder.files import write_atomically
from autograder.grading.course import Course
from autograder.grading.digests import GRADES
from autograder.practical.digests import digest, modules_digest


def before_writing(course: Course) -> str:
    """Back the gradebook up if other code wrote to it last than that which runs; remember that this does.

    `.gradebook.db.code`, beside the gradebook's file, has the digest of the code that wrote last, nbgrader's
    version included; of a database on a server, the output folder has it.

    Returns:
        a sentence that says what was done; empty where nothing was.

    Raises:
        PracticalsError: the gradebook is locked or unusable.
        OSError: the disk is full.
    """
    gradebook = course.gradebook
    remembered = course.output / ".gradebook.code"
    if gradebook.is_file:
        remembered = gradebook.path.with_name(f".{gradebook.path.name}.code")
    code = digest([modules_digest(*GRADES), importlib.metadata.version("nbgrader")])
    if remembered.is_file() and remembered.read_text("utf-8", "replace").strip() == code:
        return ""
    if not os.access(remembered.parent, os.W_OK):
        return ""  # nor can the gradebook be written there; whoever tries says so
    said = "" if gradebook.is_missing() else back_up(course, " before another version writes to it")
    write_atomically(remembered, code + "\n")
    return said


def back_up(course: Course, why: str = "") -> str:
    """Back the gradebook up, and say so in a sentence; a server's database is left to its server.

    Raises:
        PracticalsError: the gradebook is locked or unusable.
        OSError: the disk is full.
    """
    if not course.gradebook.is_file:
        return f"A backup of {course.gradebook.name}{why} is its server's job: pg_dump."
    return f"The gradebook was backed up{why}: {course.gradebook.back_up()}."
