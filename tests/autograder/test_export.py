"""Class lists in, grades out: each form as its reader documents it; names come through as they are."""

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, alembic_version, toy_cells

from autograder.csvtext import FORMULA, harmless, original
from autograder.errors import PracticalsError
from autograder.export import Graded, export, gradescope_results
from autograder.grading.course import Course
from autograder.grading.results import Result
from autograder.grading.run import grade
from autograder.roster import Student, import_roster, read_roster

DUE = "2025-11-30 18:00 UTC"
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


# --- formulas -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(1)", "+1", "-1", "\t=1", "'=1", "''=1", "'quoted'", "Ann", ""]
)
def test_formulas_are_marked_and_come_back(text):
    assert not harmless(text).startswith(FORMULA)
    assert original(harmless(text)) == text


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
        # Moodle's, as a German or French spreadsheet saves it
        (
            "\ufeffFirst name;Last name;Username;Email address\r\nAnna;O'Neil, Jr.;ann;ann@example.org\r\n",
            NAMES[0],
        ),
        # Gradescope's
        ("First Name\tLast Name\tEmail\tSID\nAnna\tO'Neil, Jr.\tann@example.org\tann\n", NAMES[0]),
        ("name,sid\nAnna Maria Bach,ann\n", Student("ann", "Anna Maria", "Bach")),
    ],
)
def test_class_lists_of_several_systems(tmp_path, text, student):
    (tmp_path / "list.csv").write_bytes(text.encode())
    (read,) = read_roster(tmp_path / "list.csv")
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
    ],
)
def test_a_wrong_list_is_refused_and_changes_nothing(toy, content, problem):
    (toy.root / "list.csv").write_bytes(content)
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    with pytest.raises(PracticalsError, match=problem):
        import_roster(course, toy.root / "list.csv")
    assert not (toy.root / "out").exists()


def test_the_command_puts_a_list_into_the_gradebook_twice_without_harm(toy):
    (toy.root / "list.csv").write_text("id,first_name\nann,Anna\nbea,Bea\n")
    command = [sys.executable, "-m", "autograder.cli", "roster", "list.csv", "--output", "out"]
    for _ in range(2):
        said = subprocess.run(command, cwd=toy.root, capture_output=True, text=True, check=True)
        assert said.stdout.startswith("2 students are in")
    with Gradebook(f"sqlite:///{toy.root / 'out' / 'gradebook.db'}") as book:
        assert [(one.id, one.first_name) for one in book.students] == [("ann", "Anna"), ("bea", "Bea")]


# --- a class ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
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
        grade(root, "toy", Console(quiet=True), toy.submitted, root / "out", due=DUE, workers=1)
        yield course


@pytest.mark.slow
def test_canvas(course, tmp_path):
    (path,) = export(course, "canvas", tmp_path, "Practical 1 (77)").files
    header, points, *students = rows(path)
    # what Canvas' importer asks of the first line, and how it knows the second
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Practical 1 (77)"]
    assert "Points Possible" in points[0]
    assert points[-1] == "9.0"
    assert {row[3]: row[-1] for row in students} == {
        "ann": "5.0", "bjorn": "3.0", "eve": "4.5", "li": "", "zoe": "",
    }  # fmt: skip
    assert [row[1] for row in students] == ["101", "102", "103", "", "104"]
    assert students[0][0] == "O'Neil, Jr., Anna"


@pytest.mark.slow
def test_moodle(course, tmp_path):
    (path,) = export(course, "moodle", tmp_path).files
    header, *students = rows(path)
    assert header == ["First name", "Last name", "Username", "Email address", "toy"]
    assert [row[-1] for row in students] == ["5.0", "3.0", "4.5", "-", "-"]
    assert students[1][:2] == ["Bjørn Łukasz", 'Ångström "Å"']


@pytest.mark.slow
@pytest.mark.parametrize("form", ["canvas", "moodle", "gradescope", "nbgrader"])
def test_names_survive_the_round_trip(course, tmp_path, form):
    path = export(course, form, tmp_path).files[-1]
    known = {student.id: student for student in NAMES}
    back = {student.id: student for student in read_roster(path)}
    assert set(back) == set(known)
    for name, student in back.items():
        assert (student.first_name, student.last_name) == (known[name].first_name, known[name].last_name)
        assert student.email in ("", known[name].email)
    for row in rows(path):
        for cell in row:
            assert cell == "-" or not cell.startswith(FORMULA)


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


def test_nobody_gets_the_grade_of_somebody_with_the_same_address(toy):
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    scored = Result(
        "x", "toy", True, "graded", "", 5.0, 9.0, 0.0, 0.0, 0.0, None, [], 1.0, {}, []
    )  # fmt: skip
    graded = [
        Graded(Student("ann", email="we@example.org"), scored),
        Graded(Student("bea", email="We@Example.org"), scored),
        Graded(Student("cem", email="cem@example.org"), scored),
    ]
    assert set(gradescope_results(course, graded)) == {"cem@example.org"}


@pytest.mark.slow
def test_what_to_mind_is_said(course, tmp_path):
    command = [
        sys.executable, "-m", "autograder.cli", "export", "toy", "--format", "gradescope", "--output", "out",
        "--to", str(tmp_path),
    ]  # fmt: skip
    said = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=True).stdout
    assert "answers that nobody marked yet: 1" in said
    assert "Students without a graded submission: 2" in said
    assert "begin like a formula (= + - @): 2" in said
    assert "Students without an e-mail address: 1" in said
