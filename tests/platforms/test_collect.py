"""`practicals collect`: what Canvas, Moodle, Gradescope, GitHub Classroom and nbgrader give out goes in."""

import io
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from command_line import environment
from platform_archives import (
    canvas_name,
    clean_filename,
    decomposed,
    gradescope_metadata,
    moodle_name,
    unique,
    write_zip,
)
from toy_course import GOOD, ToyCourse, new_toy

from autograder.errors import PracticalsError
from autograder.grading import incoming
from autograder.grading.collect import collect
from autograder.grading.course import Course
from autograder.grading.incoming import Collected, receive
from autograder.grading.platforms import trees
from autograder.reporting.roster import import_roster

ROSTER = """id,first_name,last_name,email,lms_user_id
ann,Anna,"O'Neil, Jr.",ann@example.org,101
bjorn,Bjørn Łukasz,Ångström,bjorn@example.org,102
c+d@x,Chloé,D_Arc,chloe@example.org,103
"""
TWINS = """id,first_name,last_name,email
kim1,Kim,Lee,kim1@example.org
kim2,Kim,Lee,kim2@example.org
ann,Anna,O'Neil,ann@example.org
"""
DUE = datetime(2026, 11, 30, 17)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory) -> Path:
    """One with the class list; making one takes nbgrader seconds."""
    folder = tmp_path_factory.mktemp("listed")
    return with_roster(new_toy(folder / "course"), folder, ROSTER).root / "gradebook.db"


@pytest.fixture
def course(toy: ToyCourse, gradebook: Path) -> Course:
    shutil.copy(gradebook, toy.root)
    return Course(toy.root, "toy", toy.root, toy.root / "submitted")


def with_roster(toy: ToyCourse, tmp_path: Path, text: str) -> Course:
    course = Course(toy.root, "toy", toy.root, toy.root / "submitted")
    roster = tmp_path / "roster.csv"
    roster.write_text(text, "utf-8")
    import_roster(course, roster)
    return course


@pytest.fixture
def answers(toy: ToyCourse) -> str:
    return nbformat.writes(toy.notebook(GOOD))


def collected(course: Course) -> dict[str, bytes]:
    """The class folder, all of it."""
    folder = course.class_folder
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refusal(course: Course, source: Path, **options) -> PracticalsError:
    """The one line that says why a source is refused; nothing was written."""
    before = collected(course)
    with pytest.raises(PracticalsError) as caught:
        receive(course, source, **options)
    assert "\n" not in str(caught.value)
    assert collected(course) == before
    assert not course.class_folder.exists() or not list(course.class_folder.glob(".*"))
    return caught.value


# --- Canvas -------------------------------------------------------------------------------------------------


def test_canvas(course, answers, tmp_path):
    """Names without signs and capitals, LATE, -1, a re-downloaded file, a text entry, a decomposed name."""
    first = canvas_name("Ångström, Bjørn Łukasz", 102, 7001, "toy (1).ipynb", late=True)
    archive = write_zip(
        tmp_path / "submissions.zip",
        {
            canvas_name("O'Neil, Jr., Anna", 101, 7000, "toy-1.ipynb"): answers,
            first: answers,
            unique(first, [first]): "the same name again",
            canvas_name("D_Arc, Chloé", 103, 7003, decomposed("übung_12_34_toy.ipynb")): answers,
            "d_arcchloé_103_text.html": "<p>see the file</p>",
            "__MACOSX/._oneiljranna_101_7000_toy-1.ipynb": "of macOS",
        },
    )
    done = receive(course, archive)
    assert done.platform == "Canvas' submissions"
    assert done.written == {"toy": {"new": ["ann", "bjorn", "c+d@x"]}}
    assert not done.unknown
    assert set(collected(course)) == {
        "ann/toy/toy-1.ipynb",
        "bjorn/toy/toy (1).ipynb",
        "bjorn/toy/toy (1)-1.ipynb",
        "c+d@x/toy/übung_12_34_toy.ipynb",
        "c+d@x/toy/text.html",
    }
    assert collected(course)["ann/toy/toy-1.ipynb"] == answers.encode()
    assert any("Late, says the platform" in note and "1 (bjorn)" in note for note in done.notes)


def test_canvas_keeps_the_marks_of_letters_that_have_no_composed_form(toy, answers, tmp_path):
    """Vowel signs of Hindi and Thai: letters to Ruby's `[[:word:]]`, and not to Python's."""
    course = with_roster(toy, tmp_path, "id,first_name,last_name\npri,प्रिया,शर्मा\nsom,สมชาย,ใจดี\n")
    names = [
        canvas_name("शर्मा, प्रिया", 1, 1, "toy.ipynb"),
        canvas_name("ใจดี, สมชาย", 2, 2, "toy.ipynb", late=True),
    ]
    assert names[0].startswith("शर्माप्रिया_1_")
    done = receive(course, write_zip(tmp_path / "submissions.zip", dict.fromkeys(names, answers)))
    assert done.written == {"toy": {"new": ["pri", "som"]}}
    assert not any("Left out" in note for note in done.notes)


def test_canvas_knows_people_by_their_number_and_not_by_a_name_that_they_took(course, answers, tmp_path):
    """Who calls themselves Anna O'Neil has another number."""
    archive = write_zip(
        tmp_path / "submissions.zip",
        {
            canvas_name("O'Neil, Jr., Anna", 666, 7000, "toy.ipynb"): "not hers",
            canvas_name("Smith, Married", 101, 7001, "toy.ipynb"): answers,
        },
    )
    done = receive(course, archive)
    assert collected(course) == {"ann/toy/toy.ipynb": answers.encode()}
    assert done.unknown == ["'oneiljranna_666': nobody in the class list is meant"]


def test_canvas_without_numbers_in_the_class_list_goes_by_name(toy, answers, tmp_path):
    course = with_roster(toy, tmp_path, TWINS)
    archive = write_zip(
        tmp_path / "submissions.zip",
        {
            canvas_name("O'Neil, Anna", 101, 1, "toy.ipynb"): answers,
            canvas_name("Lee, Kim", 102, 2, "toy.ipynb"): answers,
            canvas_name("Nobody, Known", 103, 3, "toy.ipynb"): answers,
        },
    )
    done = receive(course, archive)
    assert done.written == {"toy": {"new": ["ann"]}}
    assert done.unknown == [
        "'leekim_102': it could be any of kim1, kim2",
        "'nobodyknown_103': nobody in the class list is meant",
    ]


def test_two_accounts_of_one_name_are_nobodys_attempts(toy, answers, tmp_path):
    """The class list has one Anna: which of two accounts is she?"""
    course = with_roster(toy, tmp_path, TWINS)
    names = [canvas_name("O'Neil, Anna", user, user, "toy.ipynb") for user in (1, 2)]
    problem = refusal(course, write_zip(tmp_path / "submissions.zip", dict.fromkeys(names, answers)))
    assert "different accounts, and each could be ann" in str(problem)


def test_canvas_anonymous(course, answers, tmp_path):
    name = canvas_name("", "aB3xY", 7, "toy.ipynb", anonymous=True, late=True)
    assert name == "LATE_anon_aB3xY_7_toy.ipynb"
    problem = refusal(course, write_zip(tmp_path / "submissions.zip", {name: answers}))
    assert "'anon_aB3xY': nobody in the class list is meant" in str(problem)


# --- Moodle -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folders", [True, False])
def test_moodle(course, answers, tmp_path, folders):
    archive = write_zip(
        tmp_path / "course-toy-12.zip",
        {
            moodle_name("Anna O'Neil, Jr.", 7001, "toy.ipynb", folders=folders): answers,
            moodle_name("Ångström Bjørn Łukasz", 7002, "toy_2_final.ipynb", folders=folders): answers,
            moodle_name("Chloé D_Arc", 7003, "toy.ipynb", folders=folders): answers,
            moodle_name("Chloé D_Arc", 7003, "onlinetext.html", folders=folders, type="onlinetext"): "text",
        },
    )
    done = receive(course, archive)
    assert done.platform == "Moodle's submissions"
    assert set(collected(course)) == {
        "ann/toy/toy.ipynb",
        "bjorn/toy/toy_2_final.ipynb",
        "c+d@x/toy/toy.ipynb",
        "c+d@x/toy/onlinetext.html",
    }


def test_moodle_up_to_4_0_ends_folders_with_a_line_and_keeps_folders_in_them(course, answers, tmp_path):
    archive = write_zip(
        tmp_path / "a.zip", {"Anna ONeil, Jr._7001_assignsubmission_file_/part/two/toy.ipynb": answers}
    )
    assert receive(course, archive).written == {"toy": {"new": ["ann"]}}
    assert set(collected(course)) == {"ann/toy/part/two/toy.ipynb"}


def test_moodles_default_group_has_no_number_and_is_nobodys(course, answers, tmp_path):
    """In a team's assignment, a student who is in no group."""
    files = {
        moodle_name("Anna O'Neil, Jr.", 7001, "toy.ipynb"): answers,
        "Default group_assignsubmission_file/toy.ipynb": answers,
    }
    done = receive(course, write_zip(tmp_path / "a.zip", files))
    assert done.written == {"toy": {"new": ["ann"]}}
    assert done.unknown == ["'Default group': nobody in the class list is meant"]


def test_moodles_worksheet_says_who_a_participant_is_in_any_language(toy, answers, tmp_path):
    course = with_roster(toy, tmp_path, TWINS)
    worksheet = tmp_path / "Bewertungen.csv"
    worksheet.write_text(
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Beste Bewertung\n"
        "Teilnehmer/in7001,Kim Lee,kim2@example.org,Abgegeben,,9.00\n"
        "Teilnehmer/in7002,Kim Lee,kim1@example.org,Abgegeben,,9.00\n"
        "Teilnehmer/in7003,Anna O'Neil,ann@example.org,Keine Abgabe,,9.00\n",
        "utf-8",
    )
    files = {
        moodle_name("Teilnehmer/in", 7001, "toy.ipynb"): answers,
        moodle_name("Teilnehmer/in", 7002, "toy.ipynb"): answers + " ",
    }
    archive = write_zip(tmp_path / "a.zip", files)
    refusal(course, archive)
    done = receive(course, archive, people=worksheet)
    assert done.written == {"toy": {"new": ["kim1", "kim2"]}}
    assert collected(course)["kim2/toy/toy.ipynb"] == answers.encode()
    assert done.notes == ["Nothing collected of 1 (ann)."]


def test_a_list_of_an_unknown_form_is_refused(course, answers, tmp_path):
    archive = write_zip(tmp_path / "a.zip", {moodle_name("Anna", 7001, "toy.ipynb"): answers})
    (tmp_path / "list.csv").write_text("a,b\nc,d\n")
    problem = refusal(course, archive, people=tmp_path / "list.csv")
    assert "neither Moodle's grading worksheet nor a list of GitHub Classroom's" in str(problem)


# --- Gradescope ---------------------------------------------------------------------------------------------


def test_gradescope(course, answers, tmp_path):
    """A submission of two, times with a zone, and a student's own timestamp.txt, which says nothing."""
    metadata = gradescope_metadata(
        {
            "submission_1": {
                "submitters": [
                    {"name": "Anna O.", "sid": "ann", "email": "Ann@example.org"},
                    {"name": "Bjørn", "sid": "", "email": "bjorn@example.org"},
                ],
                "created_at": datetime.fromisoformat("2026-11-30T18:30:00.25+01:00"),
            }
        }
    )
    archive = write_zip(
        tmp_path / "submissions.zip",
        {
            "assignment_9_export/submission_metadata.yml": metadata,
            "assignment_9_export/submission_1/work/toy.ipynb": answers,
            "assignment_9_export/submission_1/timestamp.txt": "2020-01-01 00:00 UTC",
        },
    )
    done = receive(course, archive)
    assert done.written == {"toy": {"new": ["ann", "bjorn"]}}
    assert set(collected(course)) == {
        f"{student}/toy/{name}"
        for student in ("ann", "bjorn")
        for name in ("work/toy.ipynb", "timestamp.txt")
    }
    assert collected(course)["ann/toy/timestamp.txt"] == b"2026-11-30 17:30:00.250000 UTC\n"


def test_gradescopes_times_may_be_rubys_objects(course, answers, tmp_path):
    metadata = (
        "---\nsubmission_1:\n  :submitters:\n  - :name: Anna\n    :sid: ann\n"
        "  :created_at: !ruby/object:ActiveSupport::TimeWithZone\n"
        "    utc: &1 2026-11-30 17:30:00.250000000 Z\n"
        "    zone: !ruby/object:ActiveSupport::TimeZone\n      name: America/Los_Angeles\n    time: *1\n"
    )
    files = {"submission_metadata.yml": metadata, "submission_1/toy.ipynb": answers}
    receive(course, write_zip(tmp_path / "s.zip", files))
    assert collected(course)["ann/toy/timestamp.txt"] == b"2026-11-30 17:30:00.250000 UTC\n"


def test_an_id_and_an_address_of_different_students_are_nobodys(course, answers, tmp_path):
    """On Gradescope, students may enter their id."""
    about = {"submitters": [{"sid": "ann", "email": "bjorn@example.org"}], "created_at": DUE}
    files = {"submission_metadata.yml": gradescope_metadata({"s_1": about}), "s_1/toy.ipynb": answers}
    problem = refusal(course, write_zip(tmp_path / "s.zip", files))
    assert "id and e-mail address are those of different students" in str(problem)


def test_a_submission_of_gradescopes_without_a_folder_is_said(course, answers, tmp_path):
    about = {"submitters": [{"sid": "ann"}], "created_at": DUE}
    metadata = gradescope_metadata({"s_1": about, "s_2": {**about, "submitters": [{"sid": "bjorn"}]}})
    files = {"submission_metadata.yml": metadata, "s_1/toy.ipynb": answers}
    done = receive(course, write_zip(tmp_path / "s.zip", files))
    assert "bjorn: There is no file in this hand-in." in done.notes


@pytest.mark.parametrize(
    "text", ["{}", "{", "- a\n- b\n", "s_1:\n  :submitters: 3\n", "s_1: !!python/name:os.x\n"]
)
def test_a_metadata_file_of_another_form_is_refused(course, answers, tmp_path, text):
    files = {"submission_metadata.yml": text, "s_1/toy.ipynb": answers}
    assert "submission_metadata.yml" in str(refusal(course, write_zip(tmp_path / "s.zip", files)))


# --- nbgrader -----------------------------------------------------------------------------------------------


def inbound(folder: Path, student: str, time: str, content: str, random: str = "+x_-9AbC=") -> None:
    place = folder / f"{student}+toy+{time}{random}"
    place.mkdir(parents=True)
    (place / "toy.ipynb").write_text(content)
    (place / "timestamp.txt").write_text(time)


def test_the_exchange_takes_the_last_attempt_before_the_due_date(course, answers, tmp_path):
    folder = tmp_path / "inbound"
    inbound(folder, "c+d@x", "2026-11-30 15:00:00.000001 UTC", "first")
    inbound(folder, "c+d@x", "2026-11-30 16:59:59.999999 UTC", answers)
    inbound(folder, "c+d@x", "2026-11-30 17:00:01.000000 UTC", "too late")
    inbound(folder, "ann", "2026-12-01 10:00:00.000000 UTC", "late")
    inbound(folder, "ann", "2026-12-01 09:00:00.000000 UTC", "late, and earlier", random="")
    done = receive(course, folder, due=DUE)
    files = collected(course)
    assert files["c+d@x/toy/toy.ipynb"] == answers.encode()
    assert files["c+d@x/toy/timestamp.txt"] == b"2026-11-30 16:59:59.999999 UTC"
    assert files["ann/toy/toy.ipynb"] == b"late"
    assert done.notes[:2] == [
        "Nothing collected of 1 (bjorn).",
        "ann: 2 hand-ins; taken: 2026-12-01 10:00 UTC, the last, and all are late.",
    ]
    taken = "c+d@x: 3 hand-ins; taken: 2026-11-30 16:59 UTC, the last before 2026-11-30 17:00 UTC."
    assert done.notes[2] == taken
    with course.gradebook.open() as book:
        assert book.find_assignment("toy").duedate == DUE


def test_the_due_date_and_extensions_of_the_gradebook_count(course, answers, tmp_path):
    course.prepare(DUE)
    course.gradebook.grant_extension("ann", timedelta(hours=2))
    for student in ("ann", "bjorn"):
        inbound(tmp_path / "inbound", student, "2026-11-30 16:00:00.000000 UTC", "early")
        inbound(tmp_path / "inbound", student, "2026-11-30 18:00:00.000000 UTC", "later")
    receive(course, tmp_path / "inbound")
    files = collected(course)
    assert (files["ann/toy/toy.ipynb"], files["bjorn/toy/toy.ipynb"]) == (b"later", b"early")


def test_a_class_folder_zipped_and_wrapped(course, answers, tmp_path):
    files = {
        "class/ann/toy/toy.ipynb": answers,
        "class/bjorn/other/toy.ipynb": "another practical",
        "class/c+d@x/toy/timestamp.txt": "2026-11-30 16:00 UTC",
        "class/c+d@x/toy/toy.ipynb": answers,
    }
    done = receive(course, write_zip(tmp_path / "class.zip", files))
    assert done.written == {"toy": {"new": ["ann", "c+d@x"]}}
    assert collected(course)["c+d@x/toy/timestamp.txt"] == b"2026-11-30 16:00 UTC"
    assert done.notes[0] == "Left out, since it is nobody's hand-in: 1 (bjorn)."


def test_without_a_class_list_nbgraders_ids_are_taken_as_they_are(toy, answers, tmp_path):
    course = Course(toy.root, "toy", toy.root, toy.root / "submitted")
    files = {"zoe/toy/toy.ipynb": answers, "a,b/toy/toy.ipynb": answers}
    done = receive(course, write_zip(tmp_path / "class.zip", files))
    assert done.written == {"toy": {"new": ["zoe"]}}
    assert "nbgrader cannot use the student id 'a,b'" in done.unknown[0]
    assert not (toy.root / "gradebook.db").exists()


def test_zip_collects_attempts(course, answers, tmp_path):
    """nbgrader's documented names; a time without zone is UTC."""
    files = {
        "downloaded/toy/archive/toy_ann_attempt_2026-11-30-15-30-10_toy.ipynb": "first",
        "downloaded/toy/archive/toy_ann_attempt_2026-11-30-16-30-10_toy.ipynb": answers,
        "downloaded/toy/archive/toy_c+d@x_attempt_2026-11-30-16-30-10_toy.ipynb": answers,
    }
    receive(course, write_zip(tmp_path / "archive.zip", files))
    assert collected(course)["ann/toy/toy.ipynb"] == answers.encode()
    assert collected(course)["c+d@x/toy/timestamp.txt"] == b"2026-11-30 16:30:10 UTC\n"


def test_the_courses_own_rule_for_zip_collect_counts(toy, gradebook, answers, tmp_path):
    config = toy.root / "nbgrader_config.py"
    rule = r"(?P<student_id>[a-z]+)--(?P<file_id>.+)"
    config.write_text(config.read_text() + f'\nc.FileNameCollectorPlugin.named_regexp = r"{rule}"\n')
    shutil.copy(gradebook, toy.root)
    course = Course(toy.root, "toy", toy.root, toy.root / "submitted")
    receive(course, write_zip(tmp_path / "a.zip", {"ann--toy.ipynb": answers, "readme.txt": "no"}))
    assert set(collected(course)) == {"ann/toy/toy.ipynb"}


# --- GitHub Classroom ---------------------------------------------------------------------------------------


def clones(tmp_path: Path, contents: dict[str, str]) -> Path:
    """What `gh classroom clone student-repos` writes; .git would run a program, if Git were run in it."""
    folder = tmp_path / "toy-week-1-submissions"
    for login, content in contents.items():
        clone = folder / f"toy-week-1-{login}"
        (clone / ".git").mkdir(parents=True)
        (clone / ".git" / "config").write_text("[core]\n\tfsmonitor = touch ../../git-was-run\n")
        (clone / "release" / "toy").mkdir(parents=True)
        (clone / "release" / "toy" / "toy.ipynb").write_text(content)
        (clone / "README.md").write_text("handed out")
        (clone / "secret").symlink_to("/etc/passwd")
    return folder


def test_github_classroom_with_its_roster(course, answers, tmp_path):
    folder = clones(tmp_path, {"Anna-Git": answers, "bj-42": answers, "stranger": answers})
    roster = tmp_path / "classroom_roster.csv"
    roster.write_text(
        '"identifier","github_username","github_id","name"\n"ann","anna-git","1",""\n'
        '"bjorn@example.org","bj-42","2","Bjørn"\n"c+d@x","","",""\n',
        "utf-8",
    )
    done = receive(course, folder, people=roster)
    assert done.written == {"toy": {"new": ["ann", "bjorn"]}}
    assert set(collected(course)) == {f"{who}/toy/release/toy/toy.ipynb" for who in ("ann", "bjorn")}
    assert done.unknown == ["'toy-week-1-stranger': nobody in the class list is meant"]
    assert "'toy-week-1-Anna-Git/secret' (a link, or no ordinary file)" in done.notes[0]
    assert not (tmp_path / "git-was-run").exists()


def test_github_classrooms_grades_say_when_it_was_handed_in(course, answers, tmp_path):
    folder = clones(tmp_path, {"anna": answers})
    grades = tmp_path / "grades.csv"
    grades.write_text(
        "assignment_name,github_username,roster_identifier,submission_timestamp\n"
        "toy,anna,ann,2026-11-30T18:30:00Z\n"
    )
    receive(course, folder, people=grades)
    assert collected(course)["ann/toy/timestamp.txt"] == b"2026-11-30 18:30:00 UTC\n"


def test_a_login_that_is_a_student_id_needs_no_list_and_half_a_login_is_nobodys(toy, answers, tmp_path):
    course = with_roster(toy, tmp_path, "id\nname\nuser-name\n")
    receive(course, clones(tmp_path, {"User-Name": answers}))
    assert set(collected(course)) == {"user-name/toy/release/toy/toy.ipynb"}


def test_clones_whose_folder_does_not_name_the_assignment_are_refused(course, answers, tmp_path):
    folder = clones(tmp_path, {"ann": answers}).rename(tmp_path / "clones")
    assert "does not say which part of 'toy-week-1-ann' is the student's login" in str(
        refusal(course, folder)
    )


# --- what hand-ins hold -------------------------------------------------------------------------------------


def zipped(files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def damaged(files: Mapping[str, str | bytes]) -> bytes:
    """An archive whose last file is not what its checksum says."""
    content = bytearray(zipped(files, zipfile.ZIP_STORED))
    content[content.index(b"PK\x01\x02") - 1] ^= 1
    return bytes(content)


def test_archives_in_a_hand_in_are_unpacked_and_graded(toy, course, answers, tmp_path):
    """A folder in a zip in a zip; the notebook in it is the one that grading takes."""
    work = zipped({"final/toy.ipynb": answers, "__MACOSX/final/._toy.ipynb": "of macOS"})
    archive = write_zip(
        tmp_path / "s.zip", {canvas_name("O", 101, 1, "Work.zip"): zipped({"inner.ZIP": work, "a.txt": "a"})}
    )
    receive(course, archive, "toy")
    assert set(collected(course)) == {"ann/toy/Work.zip/inner.ZIP/final/toy.ipynb", "ann/toy/Work.zip/a.txt"}
    (submission,), _ = collect(course.class_folder, tmp_path / "copies", "toy", toy.assignment)
    assert submission.problem == ""
    assert submission.notebook is not None
    assert submission.notebook.read_bytes() == answers.encode()


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"../../../escaped.txt": "x"}, "leads out of the folder"),
        ({"/tmp/escaped.txt": "x"}, "leads out of the folder"),
        ({r"..\escaped.txt": "x"}, "leads out of the folder"),
        ({"a": "x", "zeros": b"\0" * 300_000}, "unpacks to too many bytes"),
        (damaged({"a": "x" * 99, "b": "y" * 99}), "'b' in it is damaged"),
        ({"/".join("d" * 200 for _ in range(15)): "x"}, "is too long"),
        ({f"{number}": "" for number in range(300)}, "too many files"),
        ({"/".join("deeper" for _ in range(30)): "x"}, "too deeply"),
        (b"PK\x05\x06 no archive", "not a zip archive, or a damaged one"),
    ],
)
def test_a_bad_archive_in_a_hand_in_stays_packed_and_stops_nobody(
    course, answers, tmp_path, monkeypatch, bad, why
):
    monkeypatch.setattr(trees, "MAX_PACKED_BYTES", 200_000)
    monkeypatch.setattr(trees, "MAX_PACKED_FILES", 200)
    content = bad if isinstance(bad, bytes) else zipped(bad)
    archive = write_zip(
        tmp_path / "s.zip",
        {
            canvas_name("O", 101, 1, "toy.ipynb"): answers,
            canvas_name("O", 101, 2, "bad.zip"): content,
            canvas_name("O", 102, 3, "toy.ipynb"): answers,
        },
    )
    done = receive(course, archive)
    assert done.written == {"toy": {"new": ["ann", "bjorn"]}}
    assert any(note.startswith("ann: 'bad.zip' was left packed") and why in note for note in done.notes)
    files = collected(course)
    assert files["ann/toy/bad.zip"] == content
    assert not any(name.startswith("ann/toy/bad.zip/") for name in files)
    assert files["ann/toy/toy.ipynb"] == files["bjorn/toy/toy.ipynb"] == answers.encode()
    assert not [name for name in files if "escaped" in name]
    assert not list(tmp_path.rglob("escaped.txt"))


def test_archives_in_archives_without_end_stay_packed(course, answers, tmp_path):
    content = zipped({"toy.ipynb": answers})
    for _ in range(10):
        content = zipped({"next.zip": content})
    receive(course, write_zip(tmp_path / "s.zip", {canvas_name("O", 101, 1, "a.zip"): content}), "toy")
    assert set(collected(course)) == {"ann/toy/a.zip/next.zip/next.zip"}


def test_files_in_each_others_way_are_all_kept(course, tmp_path):
    work = {"a": "a file", "a/b.txt": "in a folder of its name", "é" * 150 + ".txt": "a long name"}
    archive = write_zip(tmp_path / "s.zip", {canvas_name("O", 101, 1, "w.zip"): zipped(work)})
    receive(course, archive, "toy")
    assert sorted(collected(course).values()) == [b"a file", b"a long name", b"in a folder of its name"]


# --- bad input: one line, and nothing written ---------------------------------------------------------------


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "name", ["../x_1_2_toy.ipynb", "/x_1_2_toy.ipynb", "a/../../b", "C:\\x", "a\\..\\..\\b"]
)
def test_names_that_lead_out_are_refused(course, answers, tmp_path, name):
    files = {canvas_name("O", 101, 1, "toy.ipynb"): answers, name: "x"}
    assert "leads out of the folder" in str(refusal(course, write_zip(tmp_path / "s.zip", files)))


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFCHR | 0o644])
def test_links_and_devices_are_refused(course, tmp_path, mode):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry("o_101_1_toy.ipynb", mode), "/etc/passwd")
    assert "'o_101_1_toy.ipynb' in it is " in str(refusal(course, path))


@pytest.mark.parametrize(
    ("bound", "most", "words"),
    [
        ("MAX_FILES", 3, "too many files"),
        ("MAX_BYTES", 1_000_000, "too many bytes"),
        ("MAX_LEVELS", 2, "deeply"),
    ],
)
def test_an_archive_without_end_is_refused(course, answers, tmp_path, monkeypatch, bound, most, words):
    """Bytes are counted as they come out, whatever the archive says of itself."""
    monkeypatch.setattr(trees, bound, most)
    monkeypatch.setattr(incoming, "Budget", lambda: trees.Budget(trees.MAX_FILES, trees.MAX_BYTES))
    files = {f"ann/toy/{n}/x": b"\0" * 500_000 for n in range(5)}
    assert words in str(refusal(course, write_zip(tmp_path / "s.zip", files)))


def test_a_single_file_that_is_too_large_is_left_out(course, answers, tmp_path, monkeypatch):
    monkeypatch.setattr(trees, "MAX_FILE_BYTES", 100_000)
    files = {
        canvas_name("O", 101, 1, "toy.ipynb"): answers,
        canvas_name("O", 101, 2, "film.mp4"): b"\0" * 200_000,
    }
    done = receive(course, write_zip(tmp_path / "s.zip", files))
    assert set(collected(course)) == {"ann/toy/toy.ipynb"}
    assert "ann: 'film.mp4' was left out: it has more than 0 MB." in done.notes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"not an archive", "not a zip archive, or a damaged one"),
        (zipped({"readme.txt": "x"}), "the form of no platform that is known"),
        (zipped({}), "the form of no platform that is known"),
    ],
    ids=["empty", "no archive", "no hand-in", "empty archive"],  # an archive holds the time of day
)
def test_a_file_of_an_unknown_form_is_refused(course, tmp_path, content, words):
    path = tmp_path / "s.zip"
    path.write_bytes(content)
    assert words in str(refusal(course, path))


def test_a_truncated_archive_and_none_at_all_are_refused(course, answers, tmp_path):
    path = write_zip(tmp_path / "s.zip", {canvas_name("O", 101, 1, "toy.ipynb"): answers})
    path.write_bytes(path.read_bytes()[:-30])
    assert "damaged" in str(refusal(course, path))
    assert "cannot be read (No such file" in str(refusal(course, tmp_path / "none.zip"))


def test_a_damaged_file_in_the_archive_replaces_nothing(course, answers, tmp_path):
    """What was collected before stays: an empty hand-in in its place would cost the student everything."""
    receive(course, write_zip(tmp_path / "1.zip", {canvas_name("O", 101, 1, "toy.ipynb"): answers}))
    names = [canvas_name("O", user, user, "toy.ipynb") for user in (102, 101)]
    path = tmp_path / "2.zip"
    path.write_bytes(damaged(dict.fromkeys(names, answers)))
    for practical in ("", "toy"):
        assert f"{names[1]!r} in it is damaged" in str(refusal(course, path, practical=practical))
    assert collected(course) == {"ann/toy/toy.ipynb": answers.encode()}


def test_a_pipe_is_refused_without_waiting(course, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "neither an archive nor a folder" in str(refusal(course, tmp_path / "pipe"))


def test_people_without_a_class_list_are_refused(toy, answers, tmp_path):
    course = Course(toy.root, "toy", toy.root, toy.root / "submitted")
    archive = write_zip(tmp_path / "s.zip", {canvas_name("O", 101, 1, "toy.ipynb"): answers})
    assert "practicals roster" in str(refusal(course, archive))


def test_several_attempts_whose_times_nobody_says_are_refused(course, answers, tmp_path):
    files = {f"downloaded/toy_ann_attempt_{n}_toy.ipynb": answers for n in (1, 2)}
    assert "it is not known which is the last" in str(refusal(course, write_zip(tmp_path / "s.zip", files)))


def test_hand_ins_that_do_not_say_of_which_practical_they_are_are_refused(course, tmp_path):
    archive = write_zip(tmp_path / "s.zip", {canvas_name("O", 101, 1, "toy.ipynb"): "no notebook"})
    assert "of which practical" in str(refusal(course, archive))
    assert receive(course, archive, "toy").written == {"toy": {"new": ["ann"]}}


# --- again, and halfway -------------------------------------------------------------------------------------


def test_collecting_again_replaces_what_changed_and_nothing_else(course, answers, tmp_path):
    files = {canvas_name("O", 101, 1, "toy.ipynb"): answers, canvas_name("O", 102, 2, "old.ipynb"): answers}
    receive(course, write_zip(tmp_path / "1.zip", files))
    files = {canvas_name("O", 101, 1, "toy.ipynb"): answers, canvas_name("O", 102, 3, "new.ipynb"): answers}
    done = receive(course, write_zip(tmp_path / "2.zip", files))
    assert done.written == {"toy": {"as before": ["ann"], "replaced": ["bjorn"]}}
    assert set(collected(course)) == {"ann/toy/toy.ipynb", "bjorn/toy/new.ipynb"}
    assert not list(course.class_folder.glob(".*"))


def test_an_error_while_folders_are_moved_takes_all_back(course, answers, tmp_path):
    """The last student's folder is a link: those before it have been moved by then."""
    receive(course, write_zip(tmp_path / "1.zip", {canvas_name("O", 101, 1, "toy.ipynb"): "old"}), "toy")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (course.class_folder / "c+d@x").symlink_to(elsewhere)
    files = {canvas_name("O", user, user, "toy.ipynb"): answers for user in (101, 102, 103)}
    assert "is a link" in str(refusal(course, write_zip(tmp_path / "2.zip", files)))
    assert collected(course) == {"ann/toy/toy.ipynb": b"old"}
    assert not (course.class_folder / "bjorn").exists()
    assert not list(elsewhere.iterdir())


KILLED = """
import os, sys
from pathlib import Path
from autograder.grading.course import Course
from autograder.grading.incoming import receive

root, archive = map(Path, sys.argv[1:])
rename, left = Path.rename, [2]

def killed(*names):
    left[0] -= 1
    rename(*names) if left[0] else os._exit(9)

Path.rename = killed
receive(Course(root, "toy", root, root / "submitted"), archive)
"""


def test_a_killed_command_loses_nothing(course, answers, tmp_path):
    """It ends when what was collected before has been moved away, and the new one is not there yet."""
    names = [canvas_name("O", user, user, "toy.ipynb") for user in (101, 102)]
    receive(course, write_zip(tmp_path / "1.zip", dict.fromkeys(names, answers)))
    archive = write_zip(tmp_path / "2.zip", {names[0]: answers + " "})
    command = [sys.executable, "-c", KILLED, course.root, archive]
    assert subprocess.run(command, check=False, env=environment()).returncode == 9
    (left,) = course.class_folder.glob(".*")
    assert not (course.class_folder / "ann" / "toy").exists()
    receive(course, write_zip(tmp_path / "3.zip", {names[1]: answers}))
    assert collected(course) == {f"{who}/toy/toy.ipynb": answers.encode() for who in ("ann", "bjorn")}
    assert not left.exists()


def test_a_folder_of_a_command_at_work_is_left_alone(course, answers, tmp_path):
    archive = write_zip(tmp_path / "1.zip", {canvas_name("O", 101, 1, "toy.ipynb"): answers})
    with incoming._class_folder(course.class_folder) as (at_work, _):
        at_work.mkdir()
        receive(course, archive)
        assert at_work.is_dir()


# --- the command --------------------------------------------------------------------------------------------


def test_the_command(toy, gradebook, answers, practicals, tmp_path):
    shutil.copy(gradebook, toy.root)
    (tmp_path / "list.csv").write_text(ROSTER, "utf-8")
    archive = write_zip(
        tmp_path / "submissions.zip",
        {
            canvas_name("O'Neil, Jr., Anna", 101, 1, "toy-1.ipynb"): answers,
            canvas_name("Ångström, B", 102, 2, "toy.ipynb"): answers,
            canvas_name("Student, Test", 999, 3, "toy.ipynb"): "nobody's",
        },
    )
    done = practicals("collect", archive, cwd=toy.root, check=False)
    assert done.returncode == 3
    assert "not collected: 'studenttest_999': nobody in the class list is meant" in done.stdout
    assert f"wrote {toy.root}/submitted/*/toy: 2 new" in done.stdout
    assert done.stderr == ""
    refused = practicals("collect", tmp_path / "list.csv", cwd=toy.root, check=False)
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1


def test_what_is_collected_is_told_in_words(course, answers, tmp_path):
    done = receive(course, write_zip(tmp_path / "s.zip", {canvas_name("O", 101, 1, "toy.ipynb"): answers}))
    assert done == Collected(
        "Canvas' submissions", 1, {"toy": {"new": ["ann"]}}, [], ["Nothing collected of 2 (bjorn, c+d@x)."]
    )
    assert clean_filename("O'Neil & <x>") == "ONeil  x"


@pytest.mark.parametrize(
    "folders",
    [
        {"Team Blue": 55},  # Moodle 4.1 and newer: the group and its number
        {"Team Blue-Anna O'Neil, Jr.": 7001, "Team Blue-Bjørn Łukasz Ångström": 7002},  # before
    ],
)
def test_moodles_groups_are_collected_once_under_their_name(course, answers, tmp_path, folders):
    course.class_folder.mkdir()
    (course.class_folder / "groups.csv").write_text("group,student\nTeam Blue,ann\nTeam Blue,bjorn\n")
    archive = write_zip(
        tmp_path / "groups.zip",
        {
            **{moodle_name(name, number, "toy.ipynb"): answers for name, number in folders.items()},
            moodle_name("Chloé D_Arc", 7003, "toy.ipynb"): answers,
        },
    )
    found = receive(course, archive, "toy")
    assert sorted(found.written["toy"]["new"]) == ["Team Blue", "c+d@x"]
    assert found.unknown == []
    assert not any("Nothing collected of" in note for note in found.notes)
