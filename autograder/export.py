"""Exports the grades of a practical in the forms that Canvas, Moodle, Gradescope and nbgrader's users read.

Canvas: the columns that its gradebook exports and imports (instructure/canvas-lms,
lib/gradebook_importer.rb).
Moodle: a CSV file whose columns are mapped when it is imported
(https://docs.moodle.org/en/Grade_import).
Gradescope: it imports no table of scores, so an autograder that answers with them
(https://gradescope-autograders.readthedocs.io/en/latest/specs/), and a roster (https://guides.gradescope.com,
"Adding Students and Staff"). nbgrader: the columns of its own `nbgrader export`.
"""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbgrader.preprocessors import ClearHiddenTests

from autograder.csvtext import harmless
from autograder.grading.course import Course
from autograder.grading.exercises import exercise_titles
from autograder.grading.feedback import checks_as_text
from autograder.grading.results import Result, read_results
from autograder.notebooks import read_notebook, write_atomically
from autograder.paths import writable
from autograder.report import executed_notebook
from autograder.roster import Student

Format = Literal["canvas", "moodle", "gradescope", "nbgrader"]
NBGRADER_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip
SETUP = """#!/usr/bin/env bash
command -v python3 || { apt-get update && apt-get install -y python3; }
"""
RUN_AUTOGRADER = '''#!/usr/bin/env python3
"""Hands Gradescope the grades that were worked out elsewhere; runs nothing that was submitted."""

import json
import sys
from pathlib import Path

root = Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder")
grades = json.loads((root / "source" / "grades.json").read_text("utf-8"))
users = json.loads((root / "submission_metadata.json").read_text("utf-8"))["users"]
found = [grades[email] for user in users if (email := user["email"].strip().lower()) in grades]
unknown = {"score": 0, "output": "There is no grade for this e-mail address yet."}
(root / "results").mkdir(exist_ok=True)
(root / "results" / "results.json").write_text(json.dumps(found[0] if found else unknown), "utf-8")
'''


@dataclass(frozen=True)
class Graded:
    """A student of the class, with the result of the practical; None where there was no submission."""

    student: Student
    result: Result | None

    @property
    def score(self) -> float | None:
        """Points, the penalty for lateness taken off; None without a graded submission."""
        return None if self.result is None else self.result.score


@dataclass(frozen=True)
class Exported:
    """What was written, and sentences on what to mind."""

    files: list[Path]
    notes: list[str]


def export(course: Course, form: Format, folder: Path, column: str | None = None) -> Exported:
    """Export the grades of a practical, for every student of the gradebook, with or without a submission.

    Args:
        course: the practical, graded into its output folder.
        form: which system is to read it.
        folder: where the files go.
        column: what the system calls the practical; default: its name.

    Raises:
        PracticalsError: nothing was graded yet, or the folder cannot be written.
    """
    course.require_graded()
    course.renew_late_penalties()
    writable(folder)
    titles = exercise_titles(course.assignment.graded)
    with course.gradebook() as book:
        results = {
            result.student_id: result
            for result in read_results(book, course.autograded, course.practical, titles)
        }
        assignment = book.find_assignment(course.practical)
        due, max_score = assignment.duedate, assignment.max_score
        students = {
            one.id: Student(
                one.id, one.first_name or "", one.last_name or "", one.email or "", one.lms_user_id or ""
            )
            for one in book.students
        }
    graded = [
        Graded(students.get(name, Student(name)), results.get(name))
        for name in sorted(students.keys() | results.keys())
    ]
    column = column or course.practical
    path = folder / f"{course.practical}-{form}.csv"
    files = [path]
    if form == "canvas":
        write_atomically(path, canvas(graded, column, max_score))
    elif form == "moodle":
        write_atomically(path, moodle(graded, column))
    elif form == "nbgrader":
        write_atomically(path, nbgrader(graded, course.practical, due, max_score))
    else:
        path = path.with_suffix(".zip")
        write_autograder(path, gradescope_results(course, graded))
        roster = folder / f"{course.practical}-gradescope-roster.csv"
        write_atomically(roster, gradescope_roster(graded))
        files = [path, roster]
    return Exported(files, _notes(graded, form))


def canvas(graded: list[Graded], column: str, max_score: float) -> str:
    """Canvas' gradebook: it finds a student by ID (its own number), else by SIS Login ID, else by name.

    Where `column` is no assignment of the Canvas course, Canvas offers to make one. A cell without a score
    leaves what Canvas has.
    """
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column]
    rows = [
        [_last_first(one.student), one.student.lms_user_id, "", one.student.id, "", _number(one.score)]
        for one in graded
    ]
    return _csv([header, ["    Points Possible", "", "", "", "", _number(max_score)], *rows])


def moodle(graded: list[Graded], column: str) -> str:
    """For Moodle's grade import; "-" is its sign for no grade.

    In the import form, map from "Username" to "username", or from "Email address" to "useremail".
    """
    rows = [
        [
            one.student.first_name,
            one.student.last_name,
            one.student.id,
            one.student.email,
            "-" if one.score is None else _number(one.score),
        ]
        for one in graded
    ]
    header = ["First name", "Last name", "Username", "Email address", column]
    return _csv([header, *rows])


def nbgrader(graded: list[Graded], practical: str, due: object, max_score: float) -> str:
    """What `nbgrader export` writes, with commas and quotes in names quoted; no submission is 0 points."""
    rows = []
    for one in graded:
        penalty = one.result.late_penalty if one.result else 0.0
        score = one.score or 0.0
        rows.append(
            [
                practical,
                due or "",
                (one.result and one.result.submitted) or "",
                one.student.id,
                one.student.last_name,
                one.student.first_name,
                one.student.email,
                float(score + penalty),
                penalty,
                float(score),
                max_score,
            ]
        )
    return _csv([NBGRADER_COLUMNS, *rows])


def gradescope_roster(graded: list[Graded]) -> str:
    """A roster for Gradescope; it knows people by their e-mail address."""
    rows = [
        [one.student.first_name, one.student.last_name, one.student.email, one.student.id] for one in graded
    ]
    return _csv([["First Name", "Last Name", "Email", "SID"], *rows])


def gradescope_results(course: Course, graded: list[Graded]) -> dict[str, dict]:
    """Gradescope's results.json of each student with a result, by e-mail address.

    Who has no address, or shares one, is left out: nobody is to get somebody else's grade.
    """
    shared = _shared_addresses(graded)
    delimiters = ClearHiddenTests(config=course.config)
    found = {}
    for one in graded:
        if one.result is None or not (address := _address(one)) or address in shared:
            continue
        path = executed_notebook(course, one.student.id)
        checks = checks_as_text(read_notebook(path), delimiters) if path.is_file() else {}
        lines = [one.result.status, *one.result.notes]
        if one.result.manual_points_pending:
            lines.append(f"Still to be marked by a person: {one.result.manual_points_pending:g} points.")
        found[address] = {
            "score": one.score or 0.0,
            "output": "\n".join(lines),
            "stdout_visibility": "hidden",
            "tests": [
                {
                    "name": cell.title,
                    "number": str(number),
                    "score": cell.score,
                    "max_score": cell.max_score,
                    "output": checks.get(cell.grade_id, ""),
                }
                for number, cell in enumerate(one.result.cells, start=1)
                if cell.score is not None
            ],
        }
    return found


def _address(one: Graded) -> str:
    return one.student.email.strip().lower()


def _shared_addresses(graded: list[Graded]) -> set[str]:
    counts = Counter(filter(None, map(_address, graded)))
    return {address for address, count in counts.items() if count > 1}


def write_autograder(path: Path, grades: dict[str, dict]) -> None:
    """Write the archive that Gradescope takes as an autograder; it answers each submission with its grade."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("setup.sh", SETUP),
            ("run_autograder", RUN_AUTOGRADER),
            ("grades.json", json.dumps(grades, ensure_ascii=False, indent=1)),
        ):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o644 if name.endswith(".json") else 0o755) << 16
            archive.writestr(entry, text)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content.getvalue())
    temporary.replace(path)


def _notes(graded: list[Graded], form: Format) -> list[str]:
    notes = []
    if pending := sum(bool(one.result and one.result.manual_points_pending) for one in graded):
        notes.append(f"Submissions with answers that nobody marked yet: {pending}; these points are not in.")
    if without := sum(one.score is None for one in graded):
        notes.append(f"Students without a graded submission: {without}.")
    if marked := sum(
        harmless(text) != text
        for one in graded
        for text in (one.student.first_name, one.student.last_name, one.student.email)
    ):
        notes.append(
            f"Names or addresses that begin like a formula (= + - @): {marked}; an apostrophe before them "
            "keeps a spreadsheet from running it, and `practicals roster` takes it off again."
        )
    if form == "gradescope" and (unknown := sum(not one.student.email for one in graded)):
        notes.append(f"Students without an e-mail address: {unknown}; give it with `practicals roster`.")
    if form == "gradescope" and (shared := _shared_addresses(graded)):
        notes.append(f"E-mail addresses that several students have, left out: {', '.join(sorted(shared))}.")
    return notes


def _last_first(student: Student) -> str:
    return ", ".join(filter(None, (student.last_name, student.first_name))) or student.id


def _csv(rows: Iterable[Iterable]) -> str:
    text = io.StringIO()
    # a number may be negative; text may be no formula; Moodle's sign for no grade is none
    csv.writer(text, lineterminator="\n").writerows(
        [harmless(cell) if isinstance(cell, str) and cell != "-" else cell for cell in row] for row in rows
    )
    return text.getvalue()


def _number(value: float | None) -> float | str:
    return "" if value is None else float(f"{value:.6g}")
