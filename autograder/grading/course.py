"""A course as nbgrader sees it while a class is graded: configuration, folders, gradebook."""

import errno
import fcntl
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata
from nbgrader.utils import parse_utc
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SAWarning,
)
from traitlets.config import Config

from autograder.engine.assignment import Assignment, load_assignment, save_assignment, source_notebook
from autograder.engine.execute import ExecuteSubmission
from autograder.engine.limits import Limits
from autograder.errors import PracticalsError
from autograder.paths import source_text, writable
from autograder.release import course_config

LOCK_SECONDS = 2  # to wait for a gradebook that another program uses just now
CONNECT_SECONDS = 10  # to wait for a server
CLOSE_THE_OTHER = "Close the Formgrader or the other grading run and run the command again; nothing was lost"

# What nbgrader logs would be in the way of the progress shown; its errors become sentences
log = logging.getLogger("autograder.nbgrader")
log.propagate = False
log.addHandler(logging.NullHandler())
logging.getLogger("tornado.application").addHandler(logging.NullHandler())  # nbgrader on database errors


@dataclass(frozen=True)
class Course:
    """One practical of a checkout, graded into an output folder.

    Args:
        root: the checkout.
        practical: name of the practical.
        output: receives gradebook.db, submitted/, autograded/, feedback/ and grades.csv.
        class_folder: what the students handed in.
        db_url: address of the gradebook as SQLAlchemy writes them, such as postgresql://host/grades; default:
            what nbgrader_config.py says, else gradebook.db in the output folder.
    """

    root: Path
    practical: str
    output: Path
    class_folder: Path
    db_url: str = ""

    @property
    def collected(self) -> Path:
        """Where the collected copies go: submitted/ of the output, unless the class was handed in there."""
        submitted = self.output / "submitted"
        return self.output / "collected" if self.class_folder.resolve() == submitted.resolve() else submitted

    @property
    def autograded(self) -> Path:
        """Where the executed notebooks are."""
        return self.output / "autograded"

    @cached_property
    def gradebook_url(self) -> URL:
        """The gradebook's address; a server that does not answer, or a lock that stays, ends in an error.

        Raises:
            PracticalsError: it is no address of a database.
        """
        configured = course_config(self.root).CourseDirectory.get("db_url", "")
        try:
            url = make_url(self.db_url or configured or f"sqlite:///{self.output / 'gradebook.db'}")
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

    @property
    def gradebook_name(self) -> str:
        """The gradebook's file, or its address without the password."""
        url = self.gradebook_url
        return url.database if _is_file(url) else url.set(query={}).render_as_string(hide_password=True)

    @cached_property
    def config(self) -> Config:
        """The course's nbgrader_config.py, pointed at the output folder."""
        config = course_config(self.root)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.submitted_directory = str(self.collected)
        config.CourseDirectory.autograded_directory = str(self.autograded)
        config.CourseDirectory.feedback_directory = str(self.output / "feedback")
        config.CourseDirectory.db_url = self.gradebook_url.render_as_string(hide_password=False)
        config.CourseDirectory.assignment_id = self.practical
        config.CourseDirectory.notebook_id = self.practical
        config.Exporter.optimistic_validation = True  # once, when all preprocessors have run
        config.BaseConverter.force = True  # what needs grading is decided here, not by nbgrader's time stamps
        return config

    @cached_property
    def coursedir(self) -> CourseDirectory:
        """nbgrader's view of the folders."""
        return CourseDirectory(config=self.config, log=log)

    @cached_property
    def source(self) -> Path:
        """The practical's source notebook."""
        source_text(self.root, self.practical)
        return source_notebook(self.coursedir, self.practical, self.practical)

    @cached_property
    def assignment(self) -> Assignment:
        """The practical's two forms."""
        return load_assignment(self.source, self.config)

    @property
    def limits(self) -> Limits:
        """The limits of an execution that nbgrader_config.py sets."""
        return ExecuteSubmission(config=self.config).limits

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The open gradebook; its errors become sentences."""
        with _database_errors(self.gradebook_url, self.gradebook_name):
            book = Gradebook(self.coursedir.db_url, self.coursedir.course_id)
            try:
                yield book
            finally:
                book.close()

    def require_graded(self) -> None:
        """Refuse a gradebook that is not there or does not know the practical; nothing is made.

        Raises:
            PracticalsError: saying what to do.
        """
        remedy = f"Run `practicals grade {self.practical}` first, or name its folder with --output"
        source_text(self.root, self.practical)
        if _is_file(self.gradebook_url) and not Path(self.gradebook_url.database).is_file():
            raise PracticalsError(f"there is no gradebook {self.gradebook_name}", remedy)
        with self.gradebook() as book:
            if self.practical not in {assignment.name for assignment in book.assignments}:
                raise PracticalsError(f"{self.gradebook_name} has no grades of {self.practical}", remedy)

    def prepare(self, due: datetime | None = None) -> None:
        """Make the output folder and the gradebook ready, and record the assignment's cells.

        Args:
            due: when the practical is due, UTC without time zone; None leaves what the gradebook has.

        Raises:
            PracticalsError: the folder cannot be written, the gradebook is locked or unusable, or it holds
                grades for other cells than the practical has now.
        """
        self.make_gradebook()
        for unfinished in self.autograded.glob(f"*/.{self.practical}.json.*"):
            unfinished.unlink()  # of a run that was killed
        with self.gradebook() as book:
            book.update_or_create_assignment(self.practical, **({"duedate": due} if due else {}))
        try:
            with _database_errors(self.gradebook_url, self.gradebook_name):
                save_assignment(self.assignment, self.source, self.config, self.coursedir.db_url)
        except RuntimeError as error:
            raise PracticalsError(
                f"{self.gradebook_name} holds grades for a version of {self.practical} with other graded "
                f"cells ({self._changed_cells()})",
                "Name a new folder with --output, or forget the old grades with "
                f"`nbgrader db assignment remove {self.practical} --force --db {self._shown_url}`",
            ) from error

    def make_gradebook(self) -> None:
        """Make the output folder and the gradebook where they are missing.

        Raises:
            PracticalsError: the folder cannot be written, the gradebook is locked or unusable.
        """
        writable(self.output)
        # nbgrader runs `alembic`, which is beside the interpreter, on the PATH or not
        beside = str(Path(sys.executable).parent)
        if beside not in (path := os.environ.get("PATH", "")).split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([beside, path])
        # harmless: nbgrader's use of SQLAlchemy, and copies of cells in submissions
        for category in (SAWarning, DuplicateCellId, MissingIDFieldWarning):
            warnings.filterwarnings("ignore", category=category)
        if _is_file(self.gradebook_url):
            self._make_file()

    def record(self, student_id: str, executed: NotebookNode, notes: list[str]) -> None:
        """Let nbgrader record an executed submission.

        Args:
            student_id: whose submission, already collected.
            executed: the rebuilt notebook with the outputs that the execution gave.
            notes: sentences to show beside those of the rebuilding.

        Raises:
            PracticalsError: the gradebook is locked.
            OSError: the disk is full.
            Exception: whatever nbgrader raised.
        """

        def already_executed(nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
            """Stands in for the preprocessor that executes."""
            if [cell.source for cell in nb.cells] != [cell.source for cell in executed.cells]:
                raise RuntimeError("the source notebook has changed since the submission was executed")
            for cell, done in zip(nb.cells, executed.cells, strict=True):
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = done.outputs, done.execution_count
            found = executed.metadata["practicals"]
            nb.metadata["practicals"] = {**found, "notes": notes + found["notes"]}
            return nb, resources

        autograde = self._converter(_Autograde, student_id)
        # the cells' metadata are those of the source notebook, which was checked when it was read
        autograde.sanitize_preprocessors = [
            preprocessor
            for preprocessor in autograde.sanitize_preprocessors
            if preprocessor is not CheckCellMetadata
        ]
        autograde.autograde_preprocessors = [
            already_executed
            if isinstance(preprocessor, type) and issubclass(preprocessor, ExecuteSubmission)
            else preprocessor
            for preprocessor in autograde.autograde_preprocessors
            if preprocessor is not CheckCellMetadata
        ]
        self._run(autograde)

    def write_feedback(self, student_id: str) -> None:
        """Write a submission's feedback from its executed notebook and the gradebook; errors as `record`."""
        self._run(self._converter(_GenerateFeedback, student_id))

    def renew_late_penalties(self) -> None:
        """Work out every penalty for lateness anew: scores, due date, extensions or policy may have changed.

        Raises:
            PracticalsError: the gradebook is locked.
        """
        assign = AssignLatePenalties(config=self.config, log=log)
        assign.init_plugin()
        with self.gradebook() as book:
            for submission in book.assignment_submissions(self.practical):
                late = submission.total_seconds_late
                for notebook in submission.notebooks:
                    penalty = None
                    if late > 0:
                        penalty = assign.plugin_inst.late_submission_penalty(
                            submission.student_id, notebook.score, late
                        )
                    if penalty is not None:
                        penalty = assign._check_late_penalty(notebook, penalty)
                    if notebook.late_submission_penalty != penalty:
                        notebook.late_submission_penalty = penalty
            book.db.commit()

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
        with self.gradebook() as book:
            if book.find_assignment(self.practical).duedate is None:
                raise PracticalsError(
                    f"the gradebook does not know when {self.practical} is due",
                    'Say it too: --due "2025-11-30 18:00 UTC"',
                )
            book.update_or_create_student(student_id)
            submission = book.update_or_create_submission(self.practical, student_id)
            submission.extension = extension or None
            book.db.commit()
            return submission.duedate

    def _converter(self, kind: type, student_id: str) -> "_Autograde | _GenerateFeedback":
        coursedir = CourseDirectory(config=self.config, log=log, student_id=student_id)
        return kind(coursedir=coursedir, config=self.config, log=log)

    def _run(self, converter: "_Autograde | _GenerateFeedback") -> None:
        with _database_errors(self.gradebook_url, self.gradebook_name):
            try:
                converter.start()
            except NbGraderException:
                if converter.failure is None:
                    raise
            if converter.failure is not None:  # raised here, so that it keeps its own context
                raise converter.failure

    @property
    def _shown_url(self) -> str:
        return f"sqlite:///{self.gradebook_name}" if _is_file(self.gradebook_url) else self.gradebook_name

    def _make_file(self) -> None:
        """Make a gradebook's file, whole or not at all; say at once if it is there and locked."""
        path = Path(self.gradebook_url.database)
        if path.exists():
            self._require_unlocked()
            return
        part = path.with_name(f".{path.name}.part")  # a folder, also for nbgrader's temporary files
        shutil.rmtree(part, ignore_errors=True)
        writable(part)
        before, tempfile.tempdir = tempfile.tempdir, str(part)
        try:
            with _database_errors(self.gradebook_url, self.gradebook_name):
                Gradebook(f"sqlite:///{part / path.name}", self.coursedir.course_id).close()
        finally:
            tempfile.tempdir = before
        (part / path.name).replace(path)
        shutil.rmtree(part)

    def _require_unlocked(self) -> None:
        """Say at once that a gradebook's file is locked, before any submission is executed."""
        with _database_errors(self.gradebook_url, self.gradebook_name):
            engine = create_engine(self.gradebook_url, connect_args={"timeout": LOCK_SECONDS})
            try:
                with engine.connect() as connection:
                    connection.execute(text("BEGIN IMMEDIATE"))
            finally:
                engine.dispose()

    def _changed_cells(self) -> str:
        """What the gradebook's cells and the practical's have not in common, in words."""
        with self.gradebook() as book:
            try:
                recorded = {
                    cell.name for cell in book.find_notebook(self.practical, self.practical).source_cells
                }
            except MissingEntry:
                recorded = set()
        now = self.assignment.grade_ids
        gone, new = sorted(recorded - now), sorted(now - recorded)
        return "; ".join(
            f"{word}: {', '.join(names)}" for word, names in (("gone", gone), ("new", new)) if names
        )


class _KeepsFailure:
    """An nbgrader converter that remembers what it only logs: why a submission failed."""

    failure: Exception | None = None

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        self._kept(super().init_assignment, assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        self._kept(super().convert_single_notebook, notebook_filename)

    def _kept(self, step: Callable, *args: str) -> None:
        try:
            step(*args)
        except Exception as error:
            self.failure = error
            raise


class _Autograde(_KeepsFailure, Autograde):
    pass


class _GenerateFeedback(_KeepsFailure, GenerateFeedback):
    pass


def due_date(text: str) -> datetime:
    """A date and time as nbgrader writes them, "2025-11-30 18:00 UTC"; UTC where no zone is named.

    Raises:
        PracticalsError: it is not a date.
    """
    try:
        return parse_utc(text)
    except (ValueError, OverflowError) as error:
        raise PracticalsError(
            f"{text!r} is not a date and time", 'Write it as --due "2025-11-30 18:00 UTC"'
        ) from error


@contextmanager
def only_one_run(folder: Path) -> Iterator[None]:
    """Hold a folder for this process.

    Raises:
        PracticalsError: another process holds it.
    """
    with (writable(folder) / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PracticalsError(
                f"another grading run is at work in {folder.parent}", "Wait for it, or name another --output"
            ) from error
        yield


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


@contextmanager
def _database_errors(url: URL, name: str) -> Iterator[None]:
    """Turn errors of the gradebook into sentences that show no password; a full disk stays an OSError."""
    try:
        yield
    except subprocess.CalledProcessError as error:  # nbgrader runs alembic when it makes a gradebook
        raise PracticalsError(
            f"the gradebook {name} could not be made: `{error.cmd[0]}` ended with status {error.returncode}",
            "Run the same command again; nothing was lost",
        ) from error
    except Exception as error:
        reason = _database_reason(error, url.password)
        if _is_file(url) and "is full" in reason:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name) from error
        if "locked" in reason or "lock timeout" in reason:
            raise PracticalsError(f"{name} is locked by another program", CLOSE_THE_OTHER) from error
        if "readonly" in reason or "unable to open" in reason:
            raise PracticalsError(
                f"{name} cannot be written ({reason})", "Change its permissions, or name another --output"
            ) from error
        if any(words in reason for words in ("not a database", "no such", "malformed")):
            raise PracticalsError(
                f"nbgrader cannot use {name} ({reason})",
                "If an older nbgrader made it: back it up and run `nbgrader db upgrade`",
            ) from error
        if reason and not _is_file(url):
            raise PracticalsError(
                f"the gradebook {name} cannot be used ({reason})",
                "See that its server runs, that the database exists and that user and password are right "
                "(see docs/scaling.md), then run the same command again; nothing was lost",
            ) from error
        raise


def _database_reason(error: BaseException | None, password: str | None) -> str:
    """What the database said, also where nbgrader raised something else because of it; "" for nothing."""
    while error is not None:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
            reason = (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]
            return reason.replace(password, "***") if password else reason
        error = error.__cause__ or error.__context__
    return ""
