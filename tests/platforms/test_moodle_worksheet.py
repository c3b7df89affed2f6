"""Moodle's grading worksheet, filled in where Moodle's own reader looks, whatever the site's language."""

import csv
from pathlib import Path

import pytest

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.grading.results import Result
from autograder.reporting.exports.moodle_worksheet import MoodleWorksheet
from autograder.reporting.graded_class import Graded, GradedClass
from autograder.reporting.roster import Student

# The columns of mod/assign/gradingtable.php, in German and in English; comments are a feedback plugin's
GERMAN = """ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Beste Bewertung,\
Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar
Teilnehmer/in7001,"Anna O'Neil, Jr.",ann@example.org,Zur Bewertung abgegeben,,"9,00",Ja,"Mo, 30. Nov. 2026",-,
Teilnehmer/in7002,Bjørn Ångström,other@example.org,Abgegeben,"1,00","9,00",Ja,-,-,"<p>a ""note""</p>"
Teilnehmer/in7003,Kim Lee,kim2@example.org,Keine Abgabe,"2,00","9,00",Ja,-,-,=1+1
Teilnehmer/in7004,Nobody Known,no@example.org,Keine Abgabe,,"9,00",Ja,-,-,
"""
ENGLISH = """Identifier,Full name,Status,Grade,Maximum grade,Grade can be changed,Last modified (grade)
Participant 7001,Anna O'Neil,Submitted for grading,,9.00,Yes,-
"""
CLASS = [
    (Student("ann", "Anna", "O'Neil", "ann@example.org"), 4.5),
    (Student("bjorn", "Bjørn", "Ångström", "bjorn@example.org"), 10.0),
    (Student("kim1", "Kim", "Lee", "kim1@example.org"), 3.0),
    (Student("kim2", "Kim", "Lee", "kim2@example.org"), None),
]


def result(score: float) -> Result:
    return Result("x", "toy", True, "graded", "", score, 9.0, 0.0, 0.0, 0.0, None, [], 1.0, {}, [])


def worksheet(tmp_path: Path, text: str | None, column: str = "toy") -> MoodleWorksheet:
    file = None
    if text is not None:
        file = tmp_path / "worksheet.csv"
        file.write_text(text, "utf-8")
    graded = [Graded(student, None if score is None else result(score)) for student, score in CLASS]
    course = Course(tmp_path, "toy", tmp_path, tmp_path)
    return MoodleWorksheet(GradedClass(course, column, 9.0, None, graded, [], file))


def filled_in(tmp_path: Path, text: str) -> list[list[str]]:
    (path,) = worksheet(tmp_path, text).write(tmp_path / "toy-moodle-worksheet")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_grades_go_into_their_column_and_all_else_stays(tmp_path):
    """In the number format of the site; kim2 has no score, and keeps what is there."""
    before = list(csv.reader(GERMAN.splitlines()))
    after = filled_in(tmp_path, GERMAN)
    assert [row[4] for row in after] == ["Bewertung", "4,50", "1,00", "2,00", ""]
    for row in (*before, *after):
        del row[4]
    assert after == before


def test_the_place_of_the_grade_is_known_by_the_maximum_beside_it(tmp_path):
    assert [row[3] for row in filled_in(tmp_path, ENGLISH)] == ["Grade", "4.50"]


def test_a_number_that_all_students_share_is_not_taken_for_the_maximum(tmp_path):
    """Sites may show more of a person, such as a number that nobody has and the year of all."""
    rows = [
        "Identifier,Full name,ID number,Year,Grade,Maximum grade",
        "Participant 7001,Anna O'Neil,,2026,,9.00",
    ]
    text = "\n".join(rows)
    with pytest.raises(PracticalsError, match=r"2 columns that could be the grade's: 'ID number', 'Grade'"):
        worksheet(tmp_path, text).write(tmp_path / "toy")
    assert not (tmp_path / "toy.csv").exists()
    (path,) = worksheet(tmp_path, text, column="Grade").write(tmp_path / "toy")
    assert path.read_text().splitlines()[1] == "Participant 7001,Anna O'Neil,,2026,4.50,9.00"


def test_who_gets_no_grade_is_said(tmp_path):
    assert worksheet(tmp_path, GERMAN).notes() == [
        "Rows that were left as they are: 1 (Teilnehmer/in7004 (nobody in the class list is meant)).",
        "Students with a grade and no row: 1 (kim1).",
        "Left out, since Moodle's maximum is 9: 1 (bjorn).",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "needs Moodle's grading worksheet"),
        ("id,last_name\nann,O'Neil\n", "is not Moodle's grading worksheet"),
        (ENGLISH.splitlines()[0], "is not Moodle's grading worksheet"),
        (ENGLISH.replace("9.00", "A- B+"), "no column of grades"),
    ],
)
def test_another_file_is_refused(tmp_path, text, problem):
    with pytest.raises(PracticalsError, match=problem) as caught:
        worksheet(tmp_path, text).write(tmp_path / "toy")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "toy.csv").exists()
