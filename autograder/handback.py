"""Hands the feedback of a class back: every page, up to date, in a folder for each student or one archive."""

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.grading.results import Record, feedback_digest, recorded_submission
from autograder.paths import writable


@dataclass(frozen=True)
class HandedBack:
    """What `hand_back` wrote.

    Args:
        path: the folder or the archive.
        students: whose page is in it.
        without: student → why there is no page.
    """

    path: Path
    students: list[str]
    without: dict[str, str]


def hand_back(course: Course, folder: Path, archive: bool = False) -> HandedBack:
    """Collect the feedback pages of a practical as STUDENT/NAME.html; pages that are out of date are renewed.

    Args:
        course: the practical, graded into its output folder.
        folder: receives NAME/, or NAME-feedback.zip; what an earlier call left there is replaced.
        archive: write one archive instead of folders.

    Raises:
        PracticalsError: nothing was graded yet, the gradebook is locked, the folder cannot be written, or
            NAME/ in it holds anything else than such pages.
    """
    course.require_graded()
    course.renew_late_penalties()
    name = course.practical
    target = writable(folder) / name
    if not archive and (stray := _stray(target, f"{name}.html")):
        raise PracticalsError(
            f"{stray} is no feedback page, and what is in {target} would be replaced",
            "Name another folder with --to",
        )
    pages, without = _pages(course)
    if archive:
        target = folder / f"{name}-feedback.zip"
        part = target.with_name(f".{target.name}.part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
            for student, page in pages.items():
                file.write(page, f"{student}/{name}.html")
        part.replace(target)
        return HandedBack(target, list(pages), without)
    shutil.rmtree(target, ignore_errors=True)
    for student, page in pages.items():
        writable(target / student)
        shutil.copyfile(page, target / student / f"{name}.html")
    return HandedBack(target, list(pages), without)


def _stray(folder: Path, page: str) -> Path | None:
    """A file in a folder that an earlier call did not write there."""
    written = set(folder.glob(f"*/{page}"))
    return next((path for path in sorted(folder.rglob("*")) if path.is_file() and path not in written), None)


def _pages(course: Course) -> tuple[dict[str, Path], dict[str, str]]:
    """The page of each student, up to date, and why others have none."""
    name = course.practical
    with course.gradebook() as book:
        students = sorted(
            {student.id for student in book.students}
            | {path.parent.name for path in course.autograded.glob(f"*/{name}.json")}
        )
        shown = {
            student: feedback_digest(book, name, student)
            for student in students
            if recorded_submission(book, name, student) is not None
        }
    pages, without = {}, {}
    for student in students:
        path = Record.path(course.autograded, student, name)
        record = Record.read(path)
        if record is not None and record.problem:
            without[student] = record.problem
        elif student not in shown:
            without[student] = "no submission"
        else:
            page = course.output / "feedback" / student / name / f"{name}.html"
            if record is None or record.feedback != shown[student] or not page.is_file():
                course.write_feedback(student)
                if record is not None:
                    record.feedback = shown[student]
                    record.write(path)
            pages[student] = page
    return pages, without
