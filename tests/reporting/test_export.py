"""Class lists in, grades out: each form as its reader documents it; names come through as they are."""

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, alembic_version, toy_cells

from autograder.errors import PracticalsError
from autograder.files import FORMULA
from autograder.grading.course import Course
from autograder.grading.options import GradeOptions
from autograder.grading.results import Result
from autograder.grading.run import grade
from autograder.grading.students import Student
from autograder.reporting import exports
from autograder.reporting.export import export
from autograder.reporting.export_table import guide, with_table
from autograder.reporting.exports.canvas import READ_ONLY, Canvas
from autograder.reporting.exports.gradescope import gradescope_results
from autograder.reporting.exports.moodle import Moodle
from autograder.reporting.graded_class import Graded, GradedClass
from autograder.reporting.roster import import_roster, read_roster

DUE = "2025-11-30 18:00 UTC"
OF_A_CLASS = ["canvas", "gradescope", "moodle", "nbgrader"]  # forms that need nothing but its grades
NAMES = [
    Student("ann", "Anna", "O'Neil, Jr.", "ann@example.org", "101"),
    Student("bjorn", "Bjørn Łukasz", 'Ångström "Å"', "Bjorn@Example.org", "102"),
    Student("eve", "=HYPERLINK(\"http://example.org\";\"x\")", "@SUM(1+1)", "eve@example.org", "103"),
    Student("li", "", "李小龍", "", ""),
    Student("zoe", "Zoë", "d’Arc; née Müller", "zoe@example.org", "104"),
]  # fmt: skip


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


# --- class lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "student"),
    [
        # nbgrader's own
        ('id,last_name,first_name,email\nann,"O\'Neil, Jr.",Anna,ann@example.org\n', NAMES[0]),
        # an export of Canvas' gradebook, with its line of points and its test student
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,p01 (77)\n    Points Possible,,,,,40\n"
            '"O\'Neil, Jr., Anna",101,S-101,ann,Lecture,12\n"Student, Test",900,,,Lecture,\n',
            NAMES[0],
        ),
        # with names in two columns, a row on assignments whose grades are hidden, and no SIS User ID
        (
            "LastName,FirstName,ID,SIS Login ID,Section,p01 (77),Current Score\n"
            ",,,,,Manual Posting (scores hidden from instructors),\n    Points Possible,,,,,40,(read only)\n"
            '"O\'Neil, Jr.",Anna,101,ann,Lecture,12,30\nStudent,Test,900,f00d,Lecture,,\n',
            NAMES[0],
        ),
        (
            "Student;ID;SIS Login ID;Section;p01 (77)\n;;;;Muted\n    Points Possible;;;;40\n"
            "O'Neil, Jr., Anna;101;ann;Lecture;12\n",
            NAMES[0],
        ),
        # a course's own list whose first columns look like Canvas'
        ('LastName,FirstName,ID\n"O\'Neil, Jr.",Anna,ann\n', NAMES[0]),
        # Moodle's, as a German or French spreadsheet saves it
        (
            "\ufeffFirst name;Last name;Username;Email address\r\nAnna;O'Neil, Jr.;ann;ann@example.org\r\n",
            NAMES[0],
        ),
        # Gradescope's
        ("First Name\tLast Name\tEmail\tSID\nAnna\tO'Neil, Jr.\tann@example.org\tann\n", NAMES[0]),
        # with staff, as Gradescope's roster is downloaded
        (
            "First Name,Last Name,SID,Email,Role,Section\nAda,Boss,,boss@example.org,Instructor,\n"
            'Anna,"O\'Neil, Jr.",ann,ann@example.org,Student,Monday\nTim,Helper,tim,tim@example.org,TA,\n',
            NAMES[0],
        ),
        ("name,sid\nAnna Maria Bach,ann\n", Student("ann", "Anna Maria", "Bach")),
    ],
)
def test_class_lists_of_several_systems(tmp_path, text, student):
    (tmp_path / "list.csv").write_bytes(text.encode())
    (read,) = read_roster(tmp_path / "list.csv").students
    assert (read.id, read.first_name, read.last_name) == (student.id, student.first_name, student.last_name)
    assert read.email in ("", student.email)
    assert read.lms_user_id in ("", student.lms_user_id)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "has no column with the students' ids"),
        (b"last_name\nBach\n", "has no column with the students' ids"),
        (b"id,last_name\n", "names no student"),
        (b"id,last_name\n,Bach\n", "line 2: it has no student id"),
        (b"id\nann\nbea\nann\n", "line 4: it has 'ann' again"),
        (b"id\na/b\n", "line 2: nbgrader cannot use the student id 'a/b'"),
        (b"id,last_name\nann," + b"x" * 129, "line 2: last_name is too long"),
        ("id,last_name\nann,Ångström".encode("latin-1"), "is not UTF-8"),
        (b'id,last_name\nann,Bach\nbea,"Roe\ncem,Poe\n', r"line 3: it has a quotation mark \("),
        (b'id,last_name\nann,"Bach\nbea,"Roe"\n', r"line 2: it has a quotation mark \("),
        (
            b'id,last_name,x\nann,"Bach\nbea,Roe",1\n',
            r"line 2: a quotation mark \(\"\) before a name is not closed",
        ),
        (b'"id,last_name\nann,Bach\n', r"line 1: it has a quotation mark \("),
        (b"id,last_name\nann,Bach, Anna\n", "line 2: it has 3 cells, and the first line names 2 columns"),
        (b"First Name,SID,Role\nAda,1,Instructor\n", "names no student"),
    ],
)
def test_a_wrong_list_is_refused_and_changes_nothing(toy, content, problem):
    (toy.root / "list.csv").write_bytes(content)
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    with pytest.raises(PracticalsError, match=problem):
        import_roster(course, toy.root / "list.csv")
    assert not (toy.root / "out").exists()


def test_the_command_puts_a_list_into_the_gradebook_twice_without_harm(toy, practicals):
    (toy.root / "list.csv").write_text("id,first_name\nann,Anna\nbea,Bea\n")
    for _ in range(2):
        said = practicals("roster", "list.csv", "--output", "out", cwd=toy.root)
        assert said.stdout.startswith("2 students of list.csv are in")
    with Gradebook(f"sqlite:///{toy.root / 'out' / 'gradebook.db'}") as book:
        assert [(one.id, one.first_name) for one in book.students] == [("ann", "Anna"), ("bea", "Bea")]


def test_a_list_changes_only_what_it_says(toy):
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)

    def stored(text: str) -> tuple:
        (toy.root / "list.csv").write_text(text)
        import_roster(course, toy.root / "list.csv")
        with course.gradebook.open() as book:
            ann = book.find_student("ann")
            return ann.first_name, ann.last_name, ann.email, ann.lms_user_id

    stored("id,first_name,last_name,email,lms_user_id\nann,Anna,Bach,ann@example.org,101\n")
    everything = ("Anna", "Bach", "ann@example.org", "101")
    assert stored("id\nann\n") == everything
    assert stored("id,first_name,email\nann,,\n") == everything
    assert stored('Student,ID,SIS Login ID,Section,p\n"Bach, Anna",101,ann,,\n') == everything
    assert stored("id,email\nann,new@example.org\n") == ("Anna", "Bach", "new@example.org", "101")
    # a name that has become one word: what was the first name must not stay before it
    assert stored("sid,name\nann,Bach-Roe\n") == (None, "Bach-Roe", "new@example.org", "101")


def test_who_is_no_student_is_left_out_and_named(toy, practicals):
    text = "First Name,Last Name,SID,Email,Role\nJane,Doe,1,j@x.org,student\nAda,Boss,,a@x.org,Instructor\n"
    (toy.root / "list.csv").write_text(text + ",,,r@x.org,Reader\n")
    said = practicals("roster", "list.csv", "--output", "out", cwd=toy.root).stdout
    assert said.startswith("1 student of list.csv is in")
    assert "Ada Boss (Instructor), r@x.org (Reader)" in said


# --- a class ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Iterator[Course]:
    """Four submissions and one student without; eve is late, with a policy; li's cannot be graded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrader.api, "get_alembic_version", alembic_version)
        root = tmp_path_factory.mktemp("export") / "course"
        root.mkdir()
        toy = ToyCourse(root, toy_cells())
        config = root / "nbgrader_config.py"
        config.write_text(f"{config.read_text()}\nc.GraduatedPenalty.percent = 10\n")
        course = Course(root, "toy", root / "out", toy.submitted)
        roster = "\n".join(
            ",".join('"{}"'.format(field.replace('"', '""')) for field in vars(student).values())
            for student in NAMES
        )
        (root / "list.csv").write_text(f"id,first_name,last_name,email,lms_user_id\n{roster}\n")
        import_roster(course, root / "list.csv")
        toy.submit("ann", GOOD, timestamp="2025-11-30 17:00:00 UTC")
        toy.submit("bjorn", {**GOOD, "square": HALF_SQUARE, "why": "Because."})
        toy.submit("eve", GOOD, timestamp="2025-11-30 21:00:00 UTC")
        toy.submit("li").write_text("{")
        grade(
            root,
            "toy",
            Console(quiet=True),
            GradeOptions(submitted=toy.submitted, output=root / "out", due=DUE, workers=1),
        )
        yield course


@pytest.mark.slow
def test_canvas(course, tmp_path):
    (path,) = export(course, "canvas", tmp_path, "Practical 1 (77)").files
    header, points, *students = rows(path)
    # what Canvas' importer asks of the first line, and how it knows the second
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Practical 1 (77)"]
    assert "Points Possible" in points[0]
    assert points[-1] == "9.0"
    # Canvas takes an empty cell for a change, and would remove what was typed in by hand
    assert {row[3]: row[-1] for row in students} == {"ann": "5.0", "bjorn": "3.0", "eve": "4.5"}
    assert [row[1] for row in students] == ["101", "102", "103"]
    assert students[0][0] == "O'Neil, Jr., Anna"


@pytest.mark.slow
def test_moodle(course, tmp_path):
    (path,) = export(course, "moodle", tmp_path).files
    header, *students = rows(path)
    assert header == ["First name", "Last name", "Username", "Email address", "toy"]
    assert [row[-1] for row in students] == ["5.0", "3.0", "4.5"]
    assert students[1][:2] == ["Bjørn Łukasz", 'Ångström "Å"']


@pytest.mark.slow
@pytest.mark.parametrize("form", OF_A_CLASS)
def test_names_survive_the_round_trip(course, tmp_path, form):
    path = export(course, form, tmp_path).files[-1]
    known = {student.id: student for student in NAMES}
    back = {student.id: student for student in read_roster(path).students}
    assert set(back) == ({"ann", "bjorn", "eve"} if form in ("canvas", "moodle") else set(known))
    for name, student in back.items():
        assert (student.first_name, student.last_name) == (known[name].first_name, known[name].last_name)
        assert student.email in ("", known[name].email)
    for row in rows(path):
        for cell in row:
            assert not cell.startswith(FORMULA)


@pytest.mark.slow
def test_nbgrader_is_what_nbgrader_exports(course, tmp_path):
    (path,) = export(course, "nbgrader", tmp_path).files
    with Gradebook(course.coursedir.db_url) as book:
        # its own export does not quote, so names without commas to compare with
        before = {one.id: (one.first_name, one.last_name) for one in book.students}
        for one in book.students:
            book.update_or_create_student(one.id, first_name=one.id.title(), last_name="Plain")
        try:
            plugin = CsvExportPlugin()
            plugin.to = str(tmp_path / "theirs.csv")
            plugin.export(book)
            (ours,) = export(course, "nbgrader", tmp_path / "plain").files
        finally:
            for name, (first, last) in before.items():
                book.update_or_create_student(name, first_name=first, last_name=last)
    theirs = rows(tmp_path / "theirs.csv")
    assert theirs[0] == rows(path)[0]
    for mine, other in zip(sorted(rows(ours)[1:]), sorted(theirs[1:]), strict=True):
        assert mine == other


@pytest.mark.slow
def test_gradescope_answers_with_the_grades(course, tmp_path):
    autograder, roster = export(course, "gradescope", tmp_path).files
    assert rows(roster)[0] == ["First Name", "Last Name", "Email", "SID"]
    with zipfile.ZipFile(autograder) as archive:
        assert sorted(archive.namelist()) == ["grades.json", "run_autograder", "setup.sh"]  # no folder above
        archive.extractall(tmp_path / "source")
        mode = archive.getinfo("run_autograder").external_attr >> 16
    assert mode & 0o111

    def answer(email: str) -> dict:
        users = {"users": [{"email": email, "id": 1, "name": "Somebody"}]}
        (tmp_path / "submission_metadata.json").write_text(json.dumps(users))
        subprocess.run([sys.executable, tmp_path / "source" / "run_autograder", tmp_path], check=True)
        return json.loads((tmp_path / "results" / "results.json").read_text())

    half = answer("bjorn@example.org")  # in the list with capital letters
    assert half["score"] == 3
    assert "4 points" in half["output"]
    assert [(test["name"], test["score"], test["max_score"]) for test in half["tests"]] == [
        ("Square a number", 1, 3),
        ("Means", 2, 2),
    ]
    assert "✗ a negative number" in half["tests"][0]["output"]
    assert "secret number" not in json.dumps(half["tests"][1])
    assert answer("eve@example.org")["score"] == 4.5
    assert answer("nobody@example.org")["score"] == 0


def scored(score: float | None, pending: float = 0.0) -> Result:
    return Result(
        "x", "toy", True, "graded", "", score, 9.0, pending, 0.0, 0.0, None, [], 1.0, {}, []
    )  # fmt: skip


def class_of(*graded: Graded, column: str = "toy", max_score: float = 9.0, course=None) -> GradedClass:
    return GradedClass(course, column, max_score, None, list(graded), [])


def test_nobody_gets_the_grade_of_somebody_with_the_same_address(toy):
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    graded = [
        Graded(Student("ann", email="we@example.org"), scored(5.0)),
        Graded(Student("bea", email="We@Example.org"), scored(5.0)),
        Graded(Student("cem", email="cem@example.org"), scored(5.0)),
    ]
    assert set(gradescope_results(class_of(*graded, course=course))) == {"cem@example.org"}
    held_back = GradedClass(course, "toy", 9.0, None, graded[1:], graded[:1])  # ann has the address
    assert set(gradescope_results(held_back)) == {"cem@example.org"}


@pytest.mark.parametrize(
    "column",
    [
        *READ_ONLY,
        "Unposted Final Score",
        "Homework Current Points (Fall)",
        "ID",
        "Section",
        "Student",
        "LastName",
    ],
)
def test_a_column_that_canvas_would_drop_or_not_find_is_warned_of(column):
    (note,) = Canvas(class_of(column=column)).notes()
    assert repr(column) in note
    assert "--column" in note


@pytest.mark.parametrize("column", ["toy", "Practical 1 (4711)", "Final project score", "Student project"])
def test_other_columns_are_not(column):
    assert Canvas(class_of(column=column)).notes() == []


@pytest.mark.parametrize(
    ("student", "score", "max_score", "warning"),
    [
        (Student("s1", "Jo", "Doe", "jo@example.org"), 9.0, 9.0, None),
        (Student("s1", "Jo", "Doe", ""), 9.0, 9.0, "Without an e-mail address"),
        (Student("s1", "Jo", "Doe", "Other@example.org"), 9.0, 9.0, "somebody else has too"),
        (Student("s1", "Jo", "Doe", "jo@example.org"), 9.5, 9.0, "With more than 9 points: 1 (s1: 9.5)"),
        (
            Student("s1", "Jo", "Doe", "jo@example.org"),
            101.0,
            120.0,
            "With more than 100 points: 1 (s1: 101)",
        ),
        (Student("s1"), 9.0, 9.0, "In no class list"),
        (Student("s1"), None, 9.0, None),  # has no row
    ],
)
def test_what_would_cancel_moodles_import_is_warned_of(student, score, max_score, warning):
    other = Graded(Student("s2", "Al", "Roe", "other@example.org"), scored(1.0))
    notes = Moodle(class_of(Graded(student, scored(score)), other, max_score=max_score)).notes()
    assert any(warning in note and "s1" in note for note in notes) if warning else notes == []


@pytest.mark.slow
def test_grades_whose_essays_wait_are_held_back_on_request(course, tmp_path):
    waiting = {"bjorn"}  # the only one who wrote an essay
    for form in OF_A_CLASS:
        exported = export(course, form, tmp_path, complete_only=True)
        assert f"waits to be marked: 1 ({', '.join(waiting)})." in exported.notes[0]
        if form != "gradescope":
            assert waiting.isdisjoint(cell for row in rows(exported.files[0]) for cell in row)
            assert any("ann" in row for row in rows(exported.files[0]))
    with zipfile.ZipFile(tmp_path / "toy-gradescope.zip") as archive:
        assert set(json.loads(archive.read("grades.json"))) == {"ann@example.org", "eve@example.org"}
    assert "bjorn" in {row[-1] for row in rows(tmp_path / "toy-gradescope-roster.csv")}


TOY_FORM = """
from autograder.files import write_csv
from autograder.reporting.graded_class import Export

class Toy(Export):
    writes = "who has how much"
    gets_in = "by hand"

    def write(self, stem):
        path = stem.with_name(f"{stem.name}.csv")
        write_csv(path, [["who", self.graded_class.column]]
                  + [[one.student.id, one.score] for one in self.graded_class.scored])
        return [path]
"""


@pytest.mark.slow
def test_a_new_form_is_one_file(course, tmp_path, monkeypatch):
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "toy.py").write_text(TOY_FORM)
    code = (
        "import sys; from autograder.reporting import exports; exports.__path__.append(sys.argv.pop(1)); "
        "from autograder.cli import main; main()"
    )
    command = [
        sys.executable, "-c", code, tmp_path / "forms", "export", "toy", "--format", "toy", "--output", "out",
        "--column", "P", "--to", tmp_path,
    ]  # fmt: skip
    subprocess.run(command, cwd=course.root, check=True)
    assert rows(tmp_path / "toy-toy.csv") == [["who", "P"], ["ann", "5.0"], ["bjorn", "3.0"], ["eve", "4.5"]]
    page = guide(Path(__file__).resolve().parents[2]).read_text("utf-8")
    monkeypatch.setattr(exports, "__path__", [*exports.__path__, str(tmp_path / "forms")])
    assert "| `toy` | who has how much | by hand |\n" in with_table(page)


def test_the_guide_has_the_forms_that_there_are():
    page = guide(Path(__file__).resolve().parents[2]).read_text("utf-8")
    assert with_table(page) == page, "run: python -m autograder.reporting.export_table"
    for name in exports.export_names():
        assert f"\n| `{name}` | " in page


def test_an_unknown_form_names_the_known_ones():
    with pytest.raises(PracticalsError, match=f"'excel'. These are: {', '.join(exports.export_names())}"):
        exports.export_class("excel")


@pytest.mark.slow
def test_what_to_mind_is_said(course, tmp_path, practicals):
    options = ["--format", "gradescope", "--output", "out", "--to", tmp_path]
    said = practicals("export", "toy", *options, cwd=course.root).stdout
    assert "answers that nobody marked yet: 1 (bjorn)" in said
    assert "Students without a graded submission: 2 (li, zoe)" in said
    assert "begin like a formula (= + - @): 2" in said
    assert "Students without an e-mail address: 1 (li)" in said
