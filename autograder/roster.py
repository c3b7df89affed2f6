"""Reads a class list into the gradebook: nbgrader's columns, or an export of Canvas, Moodle or Gradescope."""

import csv
import io
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.csvtext import original
from autograder.errors import PracticalsError
from autograder.grading.collect import student_id_problem
from autograder.grading.course import Course

# column → what nbgrader calls it; the first that a file has counts
ID = (
    "id",
    "student_id",
    "sis login id",
    "username",
    "sid",
    "sis user id",
    "id number",
    "email address",
    "email",
)
FIRST_NAME = ("first_name", "first name", "firstname")
LAST_NAME = ("last_name", "last name", "surname", "lastname")
FULL_NAME = ("student", "name", "full name")
EMAIL = ("email", "email address")
LMS_ID = ("lms_user_id",)
NO_STUDENTS = ("points possible", "student, test")  # rows that Canvas exports beside its students
LONGEST = 128  # characters of a column of nbgrader's
FORM = "Its first line must name the columns: id, last_name, first_name, email"


@dataclass(frozen=True)
class Student:
    """A student as nbgrader's gradebook has them; `lms_user_id` is the number that Canvas knows them by."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


def import_roster(course: Course, file: Path) -> list[Student]:
    """Put a class list into the gradebook; students who are in it already get these names, nobody is removed.

    Args:
        course: any practical of the course; it says where the gradebook is.
        file: the list.

    Returns:
        the students of the list.

    Raises:
        PracticalsError: the list cannot be read or has an error; the gradebook is unchanged.
    """
    students = read_roster(file)
    course.make_gradebook()
    with course.gradebook() as book:
        for student in students:
            values = {name: value or None for name, value in asdict(student).items()}
            book.update_or_create_student(values.pop("id"), **values)
    return students


def read_roster(file: Path) -> list[Student]:
    """The students of a class list, in its order.

    The student's id is the name of the folder with their submission. It is looked for in the columns of `ID`,
    in their order: a Canvas export is known by its SIS Login ID, Moodle's by username, Gradescope's by SID.
    Columns are separated by commas, semicolons or tabs; the encoding is UTF-8.

    Raises:
        PracticalsError: naming the line.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PracticalsError(
            f"{file} is not UTF-8", "In the spreadsheet, save it as “CSV UTF-8”, or export it again"
        ) from error
    except OSError as error:
        raise PracticalsError(f"cannot read {file} ({error.strerror})", "Name the CSV file") from error
    heading = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count))
    columns = [column.strip().lower() for column in next(rows, [])]
    canvas = columns[:2] == ["student", "id"]
    id_names = tuple(name for name in ID if not (canvas and name == "id"))
    if not set(id_names) & set(columns):
        raise PracticalsError(f"{file} has no column with the students' ids", FORM)
    students: dict[str, Student] = {}
    for row in rows:
        values = {name: original(value.strip()) for name, value in zip(columns, row, strict=False)}
        if not any(values.values()) or (canvas and row[0].strip().lower() in NO_STUDENTS):
            continue
        first, last = _names(values, canvas)
        student = Student(
            id=_first(values, id_names),
            first_name=first,
            last_name=last,
            email=_first(values, EMAIL),
            lms_user_id=_first(values, ("id",) if canvas else LMS_ID),
        )
        if problem := _problem(student, students):
            raise PracticalsError(
                f"{file}, line {rows.line_num}: {problem}", "Mend the line; nothing was imported"
            )
        students[student.id] = student
    if not students:
        raise PracticalsError(f"{file} names no student", FORM)
    return list(students.values())


def _problem(student: Student, students: dict[str, Student]) -> str:
    """Why the gradebook cannot have a student, in words; empty when it can."""
    if not student.id:
        return "it has no student id"
    if student.id in students:
        return f"it has {student.id!r} again"
    too_long = [name for name, value in asdict(student).items() if len(value) > LONGEST]
    return student_id_problem(student.id) or (f"{too_long[0]} is too long" if too_long else "")


def _first(values: dict[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _names(values: dict[str, str], last_first: bool) -> tuple[str, str]:
    """First and last name; a full name is "Last, First", or else "First Last" where not `last_first`."""
    first, last = _first(values, FIRST_NAME), _first(values, LAST_NAME)
    full = _first(values, FULL_NAME)
    if first or last or not full:
        return first, last
    if ", " in full:
        last, _, first = full.rpartition(", ")
        return first, last
    first, _, last = ("", "", full) if last_first else full.rpartition(" ")
    return first, last
