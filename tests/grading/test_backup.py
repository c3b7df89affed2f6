"""The gradebook is backed up before another version of the code writes to it, once a change, whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command_line import PRACTICALS, run
from graded_class import graded
from nbgrader.api import Gradebook
from toy_course import GOOD, ToyCourse

from autograder.errors import PracticalsError
from autograder.grading import backup
from autograder.grading.course import Course


def backups(toy: ToyCourse) -> list[Path]:
    return sorted((toy.root / "out").glob("gradebook-backup-*"))


def another_version(monkeypatch, text: str) -> None:
    monkeypatch.setattr(backup, "modules_digest", lambda *names: text)


def made(toy: ToyCourse, **options: str) -> Course:
    return Course(toy.root, "toy", toy.root / "out", toy.submitted, **options)


def content(path: Path) -> list[str]:
    """A database as text: two copies of one differ in the bytes that count changes."""
    with closing(sqlite3.connect(path)) as book:
        return list(book.iterdump())


def score(path: Path) -> float:
    with Gradebook(f"sqlite:///{path}") as book:
        return book.find_submission("toy", "s1").score


def test_a_new_version_backs_up_once_before_it_writes(toy, without_kernels, monkeypatch):
    toy.submit("s1", GOOD)
    graded(toy)
    graded(toy, force=True)
    assert backups(toy) == []
    with Gradebook(f"sqlite:///{toy.root}/out/gradebook.db") as book:
        book.find_grade("mean-test", "toy", "toy", "s1").manual_score = 0.25
        book.db.commit()
    before = content(toy.root / "out" / "gradebook.db")
    another_version(monkeypatch, "new")
    graded(toy, due="2026-11-30 18:00 UTC")
    graded(toy, force=True)
    [one] = backups(toy)
    assert score(one) == 3.25
    assert content(one) == before
    another_version(monkeypatch, "newer")
    graded(toy)
    assert len(backups(toy)) == 2
    assert content(one) == before


def test_a_gradebook_of_unknown_code_is_backed_up(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    (toy.root / "out" / ".gradebook.db.code").unlink()
    graded(toy)
    assert len(backups(toy)) == 1


def test_it_is_said_in_one_line(toy, without_kernels, monkeypatch):
    toy.submit("s1", GOOD)
    graded(toy)
    another_version(monkeypatch, "new")
    said = backup.before_writing(made(toy))
    assert said == f"The gradebook was backed up before another version writes to it: {backups(toy)[0]}."
    assert backup.before_writing(made(toy)) == ""


def test_a_server_is_left_to_its_own_backups(toy, monkeypatch):
    course = made(toy, db_url="postgresql+psycopg://nobody:secret@localhost/grades")
    course.output.mkdir()
    said = backup.before_writing(course)
    assert "its server's job: pg_dump" in said
    assert "secret" not in said
    assert backup.before_writing(course) == ""
    another_version(monkeypatch, "new")
    assert "pg_dump" in backup.before_writing(course)


def test_two_backups_in_a_second_are_two_files(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    paths = {made(toy).gradebook.back_up() for _ in range(3)}
    assert len(paths) == 3
    assert set(backups(toy)) == paths


def test_what_a_write_ahead_log_holds_is_in_the_backup(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    path = toy.root / "out" / "gradebook.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("PRAGMA wal_autocheckpoint=0")
        other.execute("UPDATE grade SET manual_score = 1.5")
        copy = made(toy).gradebook.back_up()
    assert score(copy) == 4.5  # three cells


def test_a_change_under_way_is_not_in_it_and_an_exclusive_lock_is_one_sentence(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    book = made(toy).gradebook
    before = score(toy.root / "out" / "gradebook.db")
    with closing(sqlite3.connect(toy.root / "out" / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE grade SET manual_score = 1.5")
        assert score(book.back_up()) == before
        other.execute("ROLLBACK")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PracticalsError, match="is locked by another program"):
            book.back_up()
    assert len(backups(toy)) == 1
    assert not [path for path in (toy.root / "out").iterdir() if path.name.endswith(".part")]


def test_other_commands_that_write_to_the_gradebook_make_one_too(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    (toy.root / "out" / ".gradebook.db.code").unlink()
    extension = [*PRACTICALS, "extension", "toy", "s1", "--days", "1", "--output", "out"]
    done = run([*extension, "--due", "2026-11-30 18:00 UTC"], cwd=toy.root)
    assert "The gradebook was backed up before another version writes to it" in done.stdout
    assert len(backups(toy)) == 1
    run(extension, cwd=toy.root)
    assert len(backups(toy)) == 1
