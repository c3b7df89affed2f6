"""Hands the feedback of a class back: every page, up to date, in a folder for each student or one archive."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically, write_zip
from autograder.grading.course import Course
from autograder.grading.digests import page_digests, pages_digest
from autograder.grading.history import note_recorded
from autograder.grading.record import Record
from autograder.grading.recording import write_feedback
from autograder.grading.results import recorded_students


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
    course.gradebook.renew_late_penalties()
    name = course.practical
    target = writable(folder) / name
    if not archive and (stray := _stray(target, f"{name}.html")):
        raise PracticalsError(
            f"{stray} is not a feedback page, and what is in {target} would be replaced",
            "Name another folder with --to",
        )
    pages, without = _pages(course)
    if archive:
        target = folder / f"{name}-feedback.zip"
        write_zip(target, {f"{student}/{name}.html": page for student, page in pages.items()})
        return HandedBack(target, list(pages), without)
    shutil.rmtree(target, ignore_errors=True)
    for student, page in pages.items():
        write_atomically(target / student / f"{name}.html", page.read_bytes())
    return HandedBack(target, list(pages), without)


def _stray(folder: Path, page: str) -> Path | None:
    """A file in a folder that an earlier call did not write there."""
    written = set(folder.glob(f"*/{page}"))
    return next((path for path in sorted(folder.rglob("*")) if path.is_file() and path not in written), None)


def _pages(course: Course) -> tuple[dict[str, Path], dict[str, str]]:
    """The page of each student, up to date, and why others have none."""
    name = course.practical
    common = pages_digest(course)
    with course.gradebook.open() as book:
        students = sorted(
            {student.id for student in book.students}
            | {path.parent.name for path in course.autograded.glob(f"*/{name}.json")}
        )
        recorded = recorded_students(book, name)
        digests = page_digests(common, book, name)
        shown = {student: digest for student, digest in digests.items() if student in recorded}
    pages, without = {}, {}
    for student in students:
        path = Record.path(course.autograded, student, name)
        record = Record.read(path)
        if record is not None and record.problem:
            without[student] = record.problem
        elif student not in shown:
            without[student] = "no submission"
        else:
            page = course.page(student)
            if record is None or record.feedback != shown[student] or not page.is_file():
                if record is not None:
                    with course.gradebook.open() as book:
                        note_recorded(record, book, name, student)
                    record.write(path)  # the page shows the changes
                write_feedback(course, student)
                if record is not None:
                    record.feedback = shown[student]
                    record.write(path)
            pages[student] = page
    return pages, without
