"""A gradebook in PostgreSQL: a real server on a socket of its own, the same results as in a file."""

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from graded_class import by_student, folders, graded, scores
from nbgrader.api import Gradebook
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, toy_cells

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.grading.options import GradeOptions
from autograder.grading.rendering import Renderer
from autograder.grading.run import grade
from autograder.marking.marks import Marks
from autograder.marking.questions import questions
from autograder.practical.notebooks import read_notebook
from autograder.reporting.forget import forget, kept

PASSWORD = "s3cret%/@:word"
ENCODED = "s3cret%25%2F%40%3Aword"


def binary(name: str) -> str:
    """A program of a PostgreSQL server, or ""; Debian keeps them beside each other, not on the PATH."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(beside[-1]) if beside else "")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server on a unix socket; it asks for the password."""

    folder: Path

    def url(self, database: str, password: str = ENCODED) -> str:
        return f"postgresql+psycopg://grader:{password}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user="grader", password=PASSWORD, dbname=database, autocommit=True
        )

    def new_database(self, name: str) -> str:
        """Make a database; return its address."""
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not (binary("initdb") and binary("pg_ctl")):
        pytest.skip("no PostgreSQL server is installed here (initdb, pg_ctl)")
    # short, because the path of a socket may have 107 bytes; open, because the server is not root
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    (folder / "password").write_text(PASSWORD)
    as_user = []
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for path in (folder, folder / "password"):
            os.chown(path, 65534, 65534)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, binary(program), *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", "grader", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}",
            "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")  # fmt: skip
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def all_grades(url: str) -> list[tuple]:
    with Gradebook(url) as book:
        return sorted(
            (
                submission.student_id,
                submission.total_seconds_late,
                *(
                    (grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for grade in sorted(notebook.grades, key=lambda grade: grade.name)
                ),
                *sorted((comment.name, comment.auto_comment or "") for comment in notebook.comments),
            )
            for submission in book.assignment_submissions("toy")
            for notebook in submission.notebooks
        )


@pytest.mark.slow
def test_the_results_are_those_of_a_gradebook_in_a_file(toy_class, server):
    toy = toy_class
    toy.submit("s4_words", {**GOOD, "why": "Because é."}, timestamp="2025-11-30 21:00:00 UTC")
    toy.submit("s5_broken").write_text("{")
    url = server.new_database("same")
    options = {"due": "2025-11-30 18:00 UTC"}
    in_file = graded(toy, output=toy.root / "file", **options)
    in_server = graded(toy, output=toy.root / "server", db_url=url, **options)
    assert in_server.executed == in_file.executed
    assert (toy.root / "server/grades.csv").read_text() == (toy.root / "file/grades.csv").read_text()
    assert all_grades(url) == all_grades(f"sqlite:///{toy.root}/file/gradebook.db")
    assert not (toy.root / "server/gradebook.db").exists()
    for name in ("s1_good", "s4_words"):
        page = Path("feedback", name, "toy", "toy.html")
        assert (toy.root / "server" / page).read_text() == (toy.root / "file" / page).read_text()
    assert graded(toy, output=toy.root / "server", db_url=url, **options).executed == []


def test_essays_are_marked_and_a_student_is_forgotten(toy, server, without_kernels):
    url = server.new_database("marked")
    for student in ("ann", "bob"):
        toy.submit(student, {**GOOD, "why": "Because."})
    graded(toy, db_url=url)
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted, url)
    [why] = questions(read_notebook(course.source), course.config)
    with course.gradebook.open() as book:
        marks = Marks(book, "toy")
        assert marks.give_score(why, "ann", "3", None).standing == "marked"
        assert marks.give_text(why, "ann", "Good", "", []).comment == "Good"
        assert [mark.score for mark in marks.all(why)] == [3.0, None]
    forget(course, kept(course, "bob"))
    with Gradebook(url) as book:
        assert [student.id for student in book.students] == ["ann"]
        assert book.find_grade("why", "toy", "toy", "ann").manual_score == 3.0


def test_the_address_may_stand_in_nbgrader_config(toy, server, without_kernels):
    url = server.new_database("configured")
    with (toy.root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    toy.submit("s1", GOOD)
    assert graded(toy).executed == ["s1"]
    assert [student for student, *_ in all_grades(url)] == ["s1"]
    assert not (toy.root / "out/gradebook.db").exists()


def test_an_essay_with_a_new_name_keeps_its_mark_and_the_backup_is_left_to_the_server(
    toy, server, without_kernels
):
    url = server.new_database("renamed")
    toy.submit("s1", {**GOOD, "why": "Because."})
    graded(toy, db_url=url)
    with Gradebook(url) as book:
        book.find_grade("why", "toy", "toy", "s1").manual_score = 3.5
        book.db.commit()
    cells = toy_cells()
    cells[-1].metadata.nbgrader.grade_id = "reason"
    toy.write_source(cells)
    said = Console(record=True, width=200, file=io.StringIO())
    options = GradeOptions(
        submitted=toy.submitted, output=toy.root / "out", db_url=url, rename=("why=reason",), workers=1
    )
    class_ = grade(toy.root, "toy", said, options)
    assert scores(by_student(class_)["s1"]) == {"square-test": 3, "mean-test": 2, "reason": 3.5}
    text = said.export_text()
    assert "is its server's job: pg_dump" in text
    assert PASSWORD not in text
    assert ENCODED not in text


def test_marks_given_by_hand_reach_the_results(toy, server, without_kernels):
    url = server.new_database("by_hand")
    toy.submit("s1", {**GOOD, "why": "Because."})
    graded(toy, db_url=url)
    with Gradebook(url) as book:
        mark = book.find_grade("why", "toy", "toy", "s1")
        mark.manual_score, mark.needs_manual_grade = 3.5, False
        book.db.commit()
    again = graded(toy, db_url=url)
    assert again.executed == []
    assert scores(by_student(again)["s1"])["why"] == 3.5


@pytest.fixture
def refused(toy, practicals):
    """A function: what `practicals grade` says about an address, on one line and without the password."""
    toy.submit("s1", {**GOOD, "square": HALF_SQUARE})

    def said(url: str) -> str:
        command = ["grade", "toy", *folders(toy), "--db-url", url]
        result = practicals(*command, cwd=toy.root, check=False)
        assert result.returncode == 2
        assert len(result.stderr.splitlines()) == 1, result.stderr
        for secret in (PASSWORD, ENCODED, "wrong-one"):
            assert secret not in result.stderr + result.stdout
        return result.stderr

    return said


@pytest.mark.slow
def test_a_wrong_password_is_one_line_without_it(refused, server):
    assert "password authentication failed" in refused(server.url("postgres", "wrong-one"))


@pytest.mark.slow
def test_a_server_that_is_not_there_is_one_line(refused, server):
    said = refused(f"postgresql+psycopg://grader:{ENCODED}@127.0.0.1:9/grades")
    assert "postgresql+psycopg://grader:***@127.0.0.1:9/grades cannot be used (connection" in said


@pytest.mark.slow
def test_a_database_that_is_not_there_is_one_line(refused, server):
    assert 'database "nowhere" does not exist' in refused(server.url("nowhere"))


@pytest.mark.parametrize(
    "url", ["no address", f"postgresql://grader:{PASSWORD}@host/x", "nosuch://host/x", "postgresql+nosuch://"]
)
def test_what_is_no_address_is_said_without_it(toy, url):
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted, url)
    with pytest.raises(PracticalsError, match="the gradebook's address cannot be read") as error:
        _ = course.coursedir
    assert "s3cret" not in str(error.value)
    assert error.value.__suppress_context__


def test_a_locked_table_is_said_and_nothing_is_lost(toy, server, without_kernels):
    url = server.new_database("locked")
    toy.submit("s1", GOOD)
    graded(toy, db_url=url)
    toy.submit("s2", GOOD)
    with server.connect("locked") as other, other.transaction():
        other.execute("LOCK TABLE submitted_assignment")
        with pytest.raises(PracticalsError, match="is locked by another program"):
            graded(toy, db_url=url)
    assert graded(toy, db_url=url).executed == ["s2"]


def test_a_server_that_ends_the_connection_during_the_run_is_said(
    toy,
    server,
    without_kernels,
    monkeypatch,
):
    url = server.new_database("lost")
    toy.submit("s1", GOOD)
    toy.submit("s2", GOOD)
    render = Renderer.render

    def without_server(renderer, work):
        if work.submission.student_id == "s2":
            with server.connect() as other:
                other.execute("ALTER DATABASE lost ALLOW_CONNECTIONS false")
        return render(renderer, work)

    monkeypatch.setattr(Renderer, "render", without_server)
    with pytest.raises(PracticalsError, match="cannot be used") as error:
        graded(toy, db_url=url)
    assert "s3cret" not in str(error.value)
    with server.connect() as other:
        other.execute("ALTER DATABASE lost ALLOW_CONNECTIONS true")
    monkeypatch.setattr(Renderer, "render", render)
    assert graded(toy, db_url=url).executed == ["s2"]
