"""Reads a class list into the gradebook: nbgrader's columns, or an export of Canvas, Moodle or Gradescope."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.errors import PracticalsError
from autograder.files import original, writable
from autograder.grading.backup import before_writing
from autograder.grading.collect import student_id_problem
from autograder.grading.course import Course
from autograder.grading.students import Student
from autograder.grading.tables import csv_rows, wrong_line

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
ROLE = ("role",)
CANVAS = (["student", "id"], ["lastname", "firstname", "id"])  # how an export of Canvas' gradebook begins …
CANVAS_ALONE = {"section", "sis user id", "sis login id"}  # … and what it has besides
# A row of Canvas' that says whose grades students do not see yet; see its lib/gradebook_importer.rb
HIDDEN_GRADES = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE)
TEST_STUDENT = ("Student", "Test")  # Canvas' own, last and first name
LONGEST = 128  # characters of a column of nbgrader's
FORM = "Its first line must name the columns: id, last_name, first_name, email"


@dataclass(frozen=True)
class Roster:
    """What a class list says.

    Args:
        students: in the order of the list.
        columns: the fields of `Student` that the list has a column for.
        left_out: who is in the list and no student: name or address, with the role.
    """

    students: list[Student]
    columns: set[str]
    left_out: list[str]


def import_roster(course: Course, file: Path) -> Roster:
    """Put a class list into the gradebook; nobody is removed.

    What the list does not say of a student, in a column that it lacks or an empty cell, stays as it is in the
    gradebook. First and last name belong together: where one of them is there, both are taken over.

    Args:
        course: any practical of the course; it says where the gradebook is.
        file: the list.

    Raises:
        PracticalsError: the list cannot be read or has an error; the gradebook is unchanged.
    """
    roster = read_roster(file)
    writable(course.output)
    if course.gradebook.is_missing():
        before_writing(course)  # nothing to back up yet: remembers which code made the gradebook
    course.gradebook.make()
    with course.gradebook.open() as book:
        for student in roster.students:
            said = {name for name in roster.columns if getattr(student, name)}
            if said & {"first_name", "last_name"}:
                said |= roster.columns & {"first_name", "last_name"}
            values = {name: getattr(student, name) or None for name in said}
            book.update_or_create_student(student.id, **values)
    return roster


def read_roster(file: Path) -> Roster:
    """Read a class list.

    The student's id is the name of the folder with their submission. It is looked for in the columns of `ID`,
    in their order: a Canvas export is known by its SIS Login ID, Moodle's by username, Gradescope's by SID.
    Columns are separated by commas, semicolons or tabs; the encoding is UTF-8. Rows of Canvas' that are no
    students are passed over. Where there is a column of roles, as in Gradescope's, only students are taken.

    Raises:
        PracticalsError: naming the line.
    """
    lines = csv_rows(file)
    _, header = next(lines, (0, []))
    columns = [column.strip().lower() for column in header]
    begins = any(columns[: len(beginning)] == beginning for beginning in CANVAS)
    canvas = begins and not CANVAS_ALONE.isdisjoint(columns)
    id_names = tuple(name for name in ID if not (canvas and name == "id"))
    if not set(id_names) & set(columns):
        raise PracticalsError(f"{file} has no column with the students' ids", FORM)
    students: dict[str, Student] = {}
    left_out = []
    for line, row in lines:
        if not any(cell.strip() for cell in row) or (canvas and _about_columns(row)):
            continue
        values = {name: original(value.strip()) for name, value in zip(columns, row, strict=False)}
        first, last = _names(values, canvas)
        student = Student(
            id=_first(values, id_names),
            first_name=first,
            last_name=last,
            email=_first(values, EMAIL),
            lms_user_id=_first(values, ("id",) if canvas else LMS_ID),
        )
        if canvas and (last, first) == TEST_STUDENT:
            continue
        if (role := _first(values, ROLE)) and role.lower() != "student":
            left_out.append(
                f"{' '.join(filter(None, (first, last))) or student.email or student.id} ({role})"
            )
            continue
        if problem := _too_many_cells(row, columns) or _problem(student, students):
            raise wrong_line(file, line, problem)
        students[student.id] = student
    if not students:
        raise PracticalsError(f"{file} names no student", FORM)
    full = set(FULL_NAME) & set(columns)
    fields = {
        "first_name": full or set(FIRST_NAME) & set(columns),
        "last_name": full or set(LAST_NAME) & set(columns),
        "email": set(EMAIL) & set(columns),
        "lms_user_id": canvas or set(LMS_ID) & set(columns),
    }
    return Roster(list(students.values()), {name for name, there in fields.items() if there}, left_out)


def _about_columns(row: list[str]) -> bool:
    """Whether a row of a Canvas export says something about the columns, and nothing about a student."""
    return "points possible" in row[0].lower() or all(map(HIDDEN_GRADES.fullmatch, row))


def _too_many_cells(row: list[str], columns: list[str]) -> str:
    if any(cell.strip() for cell in row[len(columns) :]):
        return (
            f"it has {len(row)} cells, and the first line names {len(columns)} columns; "
            "a name with a comma in it must be in quotation marks"
        )
    return ""


def _problem(student: Student, students: dict[str, Student]) -> str:
    """Why the gradebook cannot have a student, in words; empty when it can."""
    if not student.id:
        return "it has no student id"
    if student.id in students:
        return f"it has {student.id!r} again"
    if any("\n" in value or "\r" in value for value in vars(student).values()):
        return 'a quotation mark (") before a name is not closed: the name goes on in the next line'
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
