"""Forgets a student: removes what gradebook, folders, pages and reports keep of one, in every practical."""

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import text

from autograder.errors import PracticalsError
from autograder.files import csv_as_read, original, write_atomically
from autograder.grading.course import Course, only_one_run
from autograder.grading.gradebook import ClassGradebook, gradebook_url
from autograder.grading.groups import FILE as GROUPS
from autograder.grading.tables import csv_rows


@dataclass(frozen=True)
class Kept:
    """What is kept of a student.

    Args:
        student_id: whose.
        gradebooks: those that know the student, the backups beside the gradebook too.
        folders: of this student alone, with all that is in them.
        tables: CSV files with a row of the student's; the other rows stay.
        groups: the class folder's groups.csv, where it has the student; the other lines stay.
        of_the_class: reports, exports and archives of whole classes, which are made anew; logs.
    """

    student_id: str
    gradebooks: tuple[ClassGradebook, ...]
    folders: tuple[Path, ...]
    tables: tuple[Path, ...]
    groups: tuple[Path, ...]
    of_the_class: tuple[Path, ...]

    def __str__(self) -> str:
        """One line for each place."""
        lines = [
            f"{book.name}: the student, all submissions, grades and comments" for book in self.gradebooks
        ]
        lines += [f"{folder}: all of it" for folder in self.folders]
        lines += [f"{table}: the student's row" for table in (*self.tables, *self.groups)]
        lines += [f"{file}: the whole file, which names the class" for file in self.of_the_class]
        return "\n".join(lines)


def kept(course: Course, student_id: str) -> Kept:
    """What is kept of a student, in every practical; nothing is removed.

    Args:
        course: any practical, with the folder of its class and the folder into which it was graded.
        student_id: the name of the folder of the student's submissions.

    Raises:
        PracticalsError: nothing is kept of a student of that name, or a gradebook is locked or unusable.
    """
    if student_id in ("", ".", "..") or Path(student_id).name != student_id:
        raise PracticalsError(
            f"{student_id!r} is not a student's id", "Give the name of the student's folder"
        )
    build = course.root / "build"
    folders = [folder / student_id for folder in _folders_of_students(course)]
    found = Kept(
        student_id,
        tuple(book for book in _gradebooks(course) if student_id in _students(book)),
        tuple(folder for folder in dict.fromkeys(folders) if folder.is_dir() or folder.is_symlink()),
        tuple(table for table in [course.output / "grades.csv"] if _row_of(table, student_id)),
        tuple(file for file in [course.class_folder / GROUPS] if _lines_of(file, student_id)),
        tuple(
            path
            for folder, pattern in (
                (build, "report/*"),
                (build, "export/*"),
                (build, "feedback/*-feedback.zip"),
                (course.autograded, "grading.log"),
            )
            for path in sorted(folder.glob(pattern))
            if path.is_file()
        ),
    )
    if not (found.gradebooks or found.folders or found.tables or found.groups):
        raise PracticalsError(f"nothing is kept of {student_id!r}", _did_you_mean(course, student_id))
    return found


def forget(course: Course, found: Kept) -> None:
    """Remove what `kept` found, and leave no trace of it in the gradebook's file; it cannot be undone.

    What an interruption left is found, and removed, by the next call.

    Args:
        course: as for `kept`.
        found: from `kept`.

    Raises:
        PracticalsError: the class is being graded, or a gradebook is locked.
    """
    with only_one_run(course.autograded):
        for path in found.of_the_class:
            path.unlink(missing_ok=True)
        for table in found.tables:
            _remove_row(table, found.student_id)
        for file in found.groups:
            _remove_lines(file, found.student_id)
        for folder in found.folders:
            if folder.is_symlink():
                folder.unlink()
            else:
                shutil.rmtree(folder)
        for gradebook in found.gradebooks:
            _remove_student(gradebook, found.student_id)


def _folders_of_students(course: Course) -> Iterator[Path]:
    """The folders in which each student has one."""
    yield from (course.class_folder, course.output / "submitted", course.output / "collected")
    yield from (course.autograded, course.output / "feedback")
    yield from sorted(path for path in (course.root / "build" / "feedback").glob("*") if path.is_dir())


def _gradebooks(course: Course) -> Iterator[ClassGradebook]:
    """The gradebook and the backups beside it, those that are there."""
    gradebook = course.gradebook
    if gradebook.is_missing():
        return
    yield gradebook
    if gradebook.is_file:
        path = gradebook.path
        for backup in sorted(path.parent.glob(f"{path.stem}-backup-*{path.suffix}")):
            yield replace(gradebook, url=gradebook_url(f"sqlite:///{backup}"))


def _students(gradebook: ClassGradebook) -> list[str]:
    with gradebook.open() as book:
        return [student.id for student in book.students]


def _remove_student(gradebook: ClassGradebook, student_id: str) -> None:
    with gradebook.open() as book:
        try:
            book.remove_student(student_id)
        except MissingEntry:  # somebody else was quicker
            return
        if gradebook.is_file:
            _overwrite_what_was_deleted(book)


def _overwrite_what_was_deleted(book: Gradebook) -> None:
    """SQLite leaves what was deleted in the file until its place is needed; VACUUM writes the file anew."""
    book.db.commit()
    with book.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))


def _rows(table: Path) -> list[list[str]]:
    if not table.is_file():
        return []
    return list(csv.reader(io.StringIO(table.read_text("utf-8"), newline="")))


def _is_of(row: list[str], student_id: str) -> bool:
    return bool(row) and original(row[0]) == student_id


def _row_of(table: Path, student_id: str) -> bool:
    return any(_is_of(row, student_id) for row in _rows(table)[1:])


def _remove_row(table: Path, student_id: str) -> None:
    head, *rows = _rows(table)
    write_atomically(table, csv_as_read([head, *(row for row in rows if not _is_of(row, student_id))]))


def _lines_of(file: Path, student_id: str) -> set[int]:
    """Lines of a groups.csv that name a student, from 1; no group is called like a student."""
    if not file.is_file():
        return set()
    return {line for line, row in csv_rows(file) if student_id in map(str.strip, row)}


def _remove_lines(file: Path, student_id: str) -> None:
    theirs = _lines_of(file, student_id)
    lines = file.read_text("utf-8").splitlines(keepends=True)
    write_atomically(
        file, "".join(line for number, line in enumerate(lines, start=1) if number not in theirs)
    )


def _did_you_mean(course: Course, student_id: str) -> str:
    known = {path.name for folder in _folders_of_students(course) for path in folder.glob("*")}
    known.update(name for book in _gradebooks(course) for name in _students(book))
    if close := get_close_matches(student_id, sorted(known), n=3):
        return f"Did you mean {' or '.join(close)}?"
    return "Give the name of the student's folder, and with --submitted and --output where the class is"
