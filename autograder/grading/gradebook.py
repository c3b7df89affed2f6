"""The gradebook of a class: address, connection, locks, backups, errors in words, extensions, penalties."""

import errno
import functools
import math
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import nbgrader.api
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.api import Assignment, BaseCell, Grade, Gradebook, Notebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SAWarning,
)
from sqlalchemy.orm import selectinload
from traitlets.config import Config

from autograder.errors import PracticalsError
from autograder.files import writable
from autograder.grading.logs import log

LOCK_SECONDS = 2  # to wait for a gradebook that another program uses just now
CONNECT_SECONDS = 10  # to wait for a server
NO_COURSE = ("", "default_course")  # of an assignment whose gradebook was opened without a course's name
CLOSE_THE_OTHER = "Close the Formgrader or the other grading run and run the command again; nothing was lost"


def gradebook_url(address: str) -> URL:
    """A gradebook's address; a server that does not answer, or a lock that stays, ends in an error.

    Args:
        address: as SQLAlchemy writes them, such as postgresql://host/grades or sqlite:///gradebook.db.

    Raises:
        PracticalsError: it is not an address of a database, or the database's driver is not installed.
    """
    try:
        url = make_url(address)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError, TypeError):
        # without the address and without the cause, which may show a password
        raise PracticalsError(
            "the gradebook's address cannot be read",
            "Write it as postgresql://USER@HOST:PORT/DATABASE, with special characters of a name or "
            "password as %XX",
        ) from None
    except ImportError as error:
        raise PracticalsError(
            f"the driver for {url.render_as_string()} is not installed ({error.name})",
            "For PostgreSQL: pip install 'psycopg[binary]', the extra `postgres` of this package",
        ) from error
    if url.get_backend_name() == "postgresql":
        limits = {
            "connect_timeout": str(CONNECT_SECONDS),
            "options": f"-c lock_timeout={LOCK_SECONDS}s",
        }
        url = url.update_query_dict({**limits, **url.query})
    return url


@dataclass(frozen=True)
class ClassGradebook:
    """A gradebook, and what it holds of one practical.

    Args:
        url: from `gradebook_url`.
        practical: name of the practical.
        config: the course's nbgrader_config.py; it has the course's id and the late policy.
    """

    url: URL
    practical: str
    config: Config

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and no server's database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path:
        """The file, of a gradebook that is one."""
        return Path(self.url.database or "").resolve()

    @property
    def name(self) -> str:
        """The file, or the address without the password."""
        return self._file if self.is_file else self.url.set(query={}).render_as_string(hide_password=True)

    @property
    def _file(self) -> str:
        assert self.url.database is not None, "an SQLite gradebook is a file"
        return self.url.database

    @property
    def shown_url(self) -> str:
        """The address without the password."""
        return f"sqlite:///{self.name}" if self.is_file else self.name

    @property
    def address(self) -> str:
        """The whole address, for nbgrader."""
        return self.url.render_as_string(hide_password=False)

    @property
    def course_id(self) -> str:
        """By which the database knows the course."""
        return CourseDirectory(config=self.config, log=log).course_id

    @contextmanager
    def open(self) -> Iterator[Gradebook]:
        """The open gradebook; its errors become sentences.

        Raises:
            PracticalsError: it is another course's, locked or unusable.
        """
        with self.errors(), quiet():
            self._require_ours()
            book = Gradebook(self.address, self.course_id)
            try:
                yield book
            finally:
                book.close()

    def make(self) -> None:
        """Make the gradebook where it is missing.

        Raises:
            PracticalsError: its folder cannot be written, it is locked or unusable.
        """
        with _alembic_in_this_process():
            if self.is_file:
                self._make_file()
            else:
                with self.open():
                    pass

    def is_missing(self) -> bool:
        """Whether it is a file that is not there; of a server's database only the server knows."""
        return self.is_file and not Path(self._file).is_file()

    def back_up(self) -> Path:
        """Copy a gradebook's file, whole whatever else uses it, to a new file beside it; return its path.

        Raises:
            PracticalsError: the gradebook is locked or unusable, or its folder cannot be written.
            OSError: the disk is full.
        """
        path = self.path
        name = f"{path.stem}-backup-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
        target, number = path.with_name(name + path.suffix), 1
        while target.exists():
            number += 1
            target = path.with_name(f"{name}-{number}{path.suffix}")
        part = target.with_name(f".{target.name}.part")
        try:
            with (
                self.errors(),
                closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", LOCK_SECONDS, uri=True)) as book,
                closing(sqlite3.connect(part)) as copy,
            ):
                book.backup(copy, progress=_stop_if_locked)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def renew_late_penalties(self) -> None:
        """Work out every penalty for lateness anew: scores, due date, extensions or policy may have changed.

        Raises:
            PracticalsError: the gradebook is locked.
        """
        with self.open() as book:
            self.assign_late_penalties(book)
            book.db.commit()

    def assign_late_penalties(self, book: Gradebook, students: Collection[str] | None = None) -> None:
        """Put the penalties of these students, or of all, into the open gradebook; the caller commits."""
        penalty_of = late_penalties(self.config)
        query = (
            book.db.query(SubmittedAssignment)
            .join(SubmittedAssignment.assignment)
            .filter(Assignment.name == self.practical)
            .options(selectinload(SubmittedAssignment.notebooks))
        )
        if students is not None:
            query = query.filter(SubmittedAssignment.student_id.in_(students))
        submissions = query.all()
        cells = select(BaseCell.id).join(Notebook, Notebook.id == BaseCell.notebook_id)
        cells = cells.join(Assignment, Assignment.id == Notebook.assignment_id)
        # by cell too, for which the tables have an index: nbgrader's own `score` reads everybody's grades
        grades = select(Grade.notebook_id, Grade.score).where(
            Grade.cell_id.in_(cells.where(Assignment.name == self.practical))
        )
        if students is not None:
            ids = [notebook.id for submission in submissions for notebook in submission.notebooks]
            grades = grades.where(Grade.notebook_id.in_(ids))
        scores: dict[str, list[float]] = {}
        for notebook_id, score in book.db.execute(grades):
            scores.setdefault(notebook_id, []).append(score)
        for submission in submissions:
            late = submission.total_seconds_late
            for notebook in submission.notebooks:
                score = math.fsum(scores.get(notebook.id, ()))  # the same in any order
                penalty = penalty_of(submission.student_id, score, late)
                if notebook.late_submission_penalty != penalty:
                    notebook.late_submission_penalty = penalty

    def grant_extension(self, student_id: str, extension: timedelta) -> datetime:
        """Give a student more time; a former extension of the same student is replaced, zero takes it back.

        Args:
            student_id: whose due date moves; a student without a submission yet gets an empty record of one.
            extension: what is added to the due date.

        Returns:
            when the practical is due for this student, UTC without time zone.

        Raises:
            PracticalsError: the gradebook does not know when the practical is due, or is locked.
        """
        with self.open() as book:
            if book.find_assignment(self.practical).duedate is None:
                raise PracticalsError(
                    f"the gradebook does not know when {self.practical} is due",
                    'Say it too: --due "2026-11-30 18:00 +01:00"',
                )
            book.update_or_create_student(student_id)
            submission = book.update_or_create_submission(self.practical, student_id)
            submission.extension = extension or None
            book.db.commit()
            return submission.duedate

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn errors of the gradebook into sentences that show no password; a full disk stays an OSError."""
        try:
            yield
        except Exception as error:
            reason = _database_reason(error, self.url.password)
            if self.is_file and "is full" in reason:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.name) from error
            if "locked" in reason or "lock timeout" in reason:
                raise PracticalsError(f"{self.name} is locked by another program", CLOSE_THE_OTHER) from error
            if "readonly" in reason or "unable to open" in reason:
                raise PracticalsError(
                    f"{self.name} cannot be written ({reason})",
                    "Change its permissions, or name another --output",
                ) from error
            if any(words in reason for words in ("not a database", "no such", "malformed")):
                raise PracticalsError(
                    f"nbgrader cannot use {self.name} ({reason})",
                    "If an older nbgrader made it: back it up and run `nbgrader db upgrade`",
                ) from error
            if reason and not self.is_file:
                raise PracticalsError(
                    f"the gradebook {self.name} cannot be used ({reason})",
                    "See that its server runs, that the database exists and that user and password are right "
                    "(see docs/scaling.md), then run the same command again; nothing was lost",
                ) from error
            raise

    def _require_ours(self) -> None:
        """Refuse another course's gradebook, where names of practicals and students may be the same.

        nbgrader keeps the course of each assignment, and looks assignments up without it.
        """
        if others := self._courses - {self.course_id, *NO_COURSE}:
            raise PracticalsError(
                f"{self.name} is the gradebook of the course {', '.join(map(repr, sorted(others)))}, "
                f"not of {self.course_id!r}",
                "Give this course one of its own (c.CourseDirectory.db_url, --db-url or --output); if it was "
                "renamed, put its former name into c.CourseDirectory.course_id",
            )

    @functools.cached_property
    def _courses(self) -> set[str]:
        """The courses whose assignments are in the gradebook when it is first opened."""
        if self.is_missing():
            return set()
        engine = create_engine(self.url, connect_args={"timeout": LOCK_SECONDS} if self.is_file else {})
        try:
            tables = inspect(engine)
            if not tables.has_table("assignment"):
                return set()
            if "course_id" not in {column["name"] for column in tables.get_columns("assignment")}:
                return set()  # an older nbgrader's; opening it says what to do
            with engine.connect() as connection:
                return set(connection.execute(text("SELECT DISTINCT course_id FROM assignment")).scalars())
        finally:
            engine.dispose()

    def _make_file(self) -> None:
        """Make a gradebook's file, whole or not at all; say at once if it is there and locked."""
        path = Path(self._file)
        if path.exists():
            self._require_unlocked()
            return
        part = path.with_name(f".{path.name}.part")  # a folder, also for nbgrader's temporary files
        shutil.rmtree(part, ignore_errors=True)
        writable(part)
        with self.errors(), _temporary_files_in(part):
            Gradebook(f"sqlite:///{part / path.name}", self.course_id).close()
        (part / path.name).replace(path)
        shutil.rmtree(part)

    def _require_unlocked(self) -> None:
        """Say at once that a gradebook's file is locked, before any submission is executed."""
        with self.errors():
            engine = create_engine(self.url, connect_args={"timeout": LOCK_SECONDS})
            try:
                with engine.connect() as connection:
                    connection.execute(text("BEGIN IMMEDIATE"))
            finally:
                engine.dispose()


@contextmanager
def quiet() -> Iterator[None]:
    """Without harmless warnings: of nbgrader's use of SQLAlchemy, and of copies of cells in submissions."""
    with warnings.catch_warnings():
        for category in (SAWarning, DuplicateCellId, MissingIDFieldWarning):
            warnings.filterwarnings("ignore", category=category)
        yield


@contextmanager
def one_engine() -> Iterator[None]:
    """Give every gradebook of one address that is opened meanwhile the same SQLAlchemy engine.

    nbgrader opens the gradebook a dozen times for each submission, each time with a new engine, which
    compiles all statements anew, and each time it looks for every table. An engine outlives
    `Gradebook.close`, which closes its connections.
    """
    metadata = nbgrader.api.Base.metadata
    with (
        _replaced(nbgrader.api, "create_engine", functools.cache(nbgrader.api.create_engine)),
        _replaced(metadata, "create_all", functools.cache(metadata.create_all)),
    ):
        yield


def late_penalties(config: Config) -> Callable[[str, float, float], float | None]:
    """The penalty, or None, for a student's id, score and seconds late, as nbgrader works it out."""
    assign = AssignLatePenalties(config=config, log=log)
    assign.init_plugin()

    def penalty_of(student_id: str, score: float, late: float) -> float | None:
        penalty = assign.plugin_inst.late_submission_penalty(student_id, score, late) if late > 0 else None
        return None if penalty is None else assign._check_late_penalty(SimpleNamespace(score=score), penalty)

    return penalty_of


def newest_version() -> str:
    """The newest version of nbgrader's tables, as `alembic heads` gives it."""
    from alembic.script import ScriptDirectory  # takes a fifth of a second to import; new gradebooks need it

    head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    assert head is not None, "nbgrader brings its versions along"
    return head


def _alembic_in_this_process() -> AbstractContextManager[None]:
    """Without nbgrader's call of the program `alembic`, which takes a second and may not be on the PATH."""
    return _replaced(nbgrader.api, "get_alembic_version", newest_version)


@contextmanager
def _replaced(owner: object, name: str, by: object) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Temporary files of this process go into a folder."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _stop_if_locked(status: int, remaining: int, total: int) -> None:
    """Progress of a backup, which would otherwise wait for a lock for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise sqlite3.OperationalError("database is locked")


def _database_reason(error: BaseException | None, password: str | None) -> str:
    """What the database said, also where nbgrader raised something else because of it; "" for nothing."""
    while error is not None:
        if isinstance(error, sqlite3.Error):
            return str(error)
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
            reason = (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]
            return reason.replace(password, "***") if password else reason
        error = error.__cause__ or error.__context__
    return ""
