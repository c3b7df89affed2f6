"""Writes the report of a graded class: its page, and the same figures as CSV and JSON."""

import os
from dataclasses import fields
from pathlib import Path
from urllib.parse import quote

from autograder.files import writable, write_atomically, write_csv
from autograder.grading.course import Course
from autograder.reporting.class_report import (
    ClassReport,
    Exercise,
    Misconception,
    Standing,
    as_json,
    as_rows,
    class_report,
)
from autograder.reporting.report_page import as_html
from autograder.reporting.similarity import Pair


def report(course: Course, folder: Path) -> Path:
    """Write the report of a graded practical: a page, and the same figures as CSV and JSON.

    Args:
        course: the practical, graded into its output folder.
        folder: receives NAME.html, NAME.json and NAME-{exercises,misconceptions,submissions,similar}.csv.

    Returns:
        the page.

    Raises:
        PracticalsError: nothing was graded yet, or the folder cannot be written.
    """
    course.require_graded()
    course.gradebook.renew_late_penalties()
    found = class_report(course)
    name = course.practical
    writable(folder)
    write_atomically(folder / f"{name}.html", as_html(found, _pages(course, found, folder)))
    write_atomically(folder / f"{name}.json", as_json(found))
    for part, kind, rows in (
        ("exercises", Exercise, found.exercises),
        ("misconceptions", Misconception, found.misconceptions),
        ("submissions", Standing, found.standings),
        ("similar", Pair, found.similar),
    ):
        columns = [field.name for field in fields(kind) if field.name not in ("answers", "cells")]
        write_csv(folder / f"{name}-{part}.csv", as_rows(columns, map(vars, rows)))
    return folder / f"{name}.html"


def _pages(course: Course, found: ClassReport, folder: Path) -> dict[str, str]:
    """By student id, where the feedback pages are that are there, as seen from the folder."""
    students = [standing.student_id for standing in found.standings]
    pages = {student: course.page(student) for student in students}
    start = folder.resolve()
    return {
        student: quote(Path(os.path.relpath(page.resolve(), start)).as_posix())
        for student, page in pages.items()
        if page.is_file()
    }
