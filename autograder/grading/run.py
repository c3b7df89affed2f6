"""Grades a class: decides what needs grading, has it executed, records each submission when it is done."""

import errno
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import nbformat
from rich.console import Console

from autograder.engine.assignment import given_files, load_assignment, source_notebook
from autograder.engine.kernel import ParentEnded
from autograder.engine.limits import Limits, incidents
from autograder.engine.parents import data_folder, start_early
from autograder.engine.rebuild import rebuild
from autograder.engine.sandbox import require_out_of_sight
from autograder.engine.split import read_files, reference_names
from autograder.errors import PracticalsError
from autograder.grading.collect import Submission, collect
from autograder.grading.course import Course, due_date, only_one_run
from autograder.grading.digests import common_digest, submission_digest
from autograder.grading.display import Display, say_what_is_left
from autograder.grading.exercises import exercise_titles
from autograder.grading.one_engine import one_engine
from autograder.grading.results import (
    Record,
    Result,
    as_csv,
    as_json,
    as_table,
    feedback_digest,
    read_result,
    read_results,
    recorded_submission,
)
from autograder.grading.workers import Job, WorkersKilled, execute_all
from autograder.notebooks import write_atomically
from autograder.paths import writable

NO_PAGE = "no feedback page"
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def grade(
    root: Path,
    practical: str,
    console: Console,
    submitted: Path | None = None,
    output: Path | None = None,
    json_file: Path | None = None,
    force: bool = False,
    workers: int = 2,
    cell_seconds: int | None = None,
    due: str | None = None,
    sandboxed: bool = True,
    db_url: str | None = None,
    cluster: str | None = None,
) -> "GradedClass":
    """Grade a class and show the results; see `grade_class`.

    Args:
        root: the checkout.
        practical: name of the practical.
        console: where progress and results are shown.
        submitted: the class folder, in nbgrader's layout; default: submitted/ of the checkout.
        output: receives gradebook.db, submitted/, autograded/, feedback/, grades.csv; default: the checkout.
        json_file: where the results go as JSON too (see `autograder.grading.results.as_json`); default: none.
        force: grade again what has not changed.
        workers: how many submissions are executed at a time.
        cell_seconds: what one cell may take; default: what nbgrader_config.py says.
        due: when the practical is due, as nbgrader writes dates; default: what the gradebook has.
        sandboxed: False executes submissions without isolation.
        db_url: the gradebook's address; default: that of nbgrader_config.py, else gradebook.db in the output.
        cluster: address of a Dask scheduler whose workers execute the submissions; default: this machine.

    Raises:
        PracticalsError: there is nothing to grade, something cannot be written, or somebody pressed Ctrl-C.
        OSError: the disk is full.
    """
    course = Course(
        root=root,
        practical=practical,
        output=(output or root).resolve(),
        class_folder=submitted or root / "submitted",
        db_url=db_url or "",
    )
    if json_file:
        writable(json_file.resolve().parent)
    limits = course.limits if cell_seconds is None else replace(course.limits, cell_seconds=cell_seconds)
    due_at = due_date(due) if due else None
    graded = grade_class(course, limits, console, workers, force, due_at, sandboxed, cluster)
    if json_file:
        write_atomically(json_file, as_json(graded.results, graded.due))
    console.print(as_table(graded.results, practical))
    say_what_is_left(graded.results, graded.without, course, console)
    return graded


@dataclass(frozen=True)
class GradedClass:
    """What a grading run leaves.

    Args:
        results: of the practical, by student id; submissions graded in earlier runs are among them.
        executed: students whose submission was executed in this run.
        without: student folders with nothing for this practical.
        due: when the practical is due, UTC without time zone, or None.
    """

    results: list[Result]
    executed: list[str]
    without: list[str]
    due: datetime | None


def grade_class(
    course: Course,
    limits: Limits,
    console: Console,
    workers: int,
    force: bool = False,
    due: datetime | None = None,
    sandboxed: bool = True,
    cluster: str | None = None,
) -> GradedClass:
    """Grade a class; what was graded before and has not changed is kept.

    Each submission is recorded as soon as it was executed: whatever stops the run, finished ones stay. What
    a student handed in cannot stop it; what cannot be graded gets a result that says why, and no feedback
    page.

    Args:
        course: the practical, the class folder and the output folder.
        limits: what the execution of a submission may take.
        console: where progress is shown.
        workers: how many submissions are executed at a time.
        force: grade again what has not changed.
        due: when the practical is due (UTC); None leaves what the gradebook has.
        sandboxed: False executes submissions without isolation.
        cluster: address of a Dask scheduler whose workers execute the submissions; None for this machine.

    Raises:
        PracticalsError: there is nothing to grade, the output or the gradebook cannot be written, or
            somebody pressed Ctrl-C.
        OSError: the disk is full.
    """
    if sandboxed:
        require_out_of_sight(course.root, course.output, course.class_folder, data=data_folder())
    _ = course.assignment  # a practical that is not there or not built: say so before anything is written
    with _executor(workers, sandboxed, cluster) as execute, only_one_run(course.autograded), one_engine():
        submissions, without = collect(
            course.class_folder, course.collected, course.practical, course.assignment
        )
        course.prepare(due)
        run = _Run(course, limits, submissions, sandboxed)
        for submission in submissions:
            if submission.notebook is None:
                problem = Record(problem=submission.problem, remedy=submission.remedy)
                run.keep(submission.student_id, problem)
        run.forget_withdrawn()
        waiting = run.gradable() if force else run.changed()
        executed = []
        try:
            with Display(console, course.practical, len(submissions)) as display:
                for submission in submissions:
                    if submission.student_id not in waiting:
                        display.passed_over(run.result(submission.student_id))
                with closing(execute(waiting, run.job)) as finished:
                    for student_id, future in finished:
                        run.settle(student_id, future)
                        executed.append(student_id)
                        display.finished(run.result(student_id))
            course.renew_late_penalties()
            run.refresh_feedback()
        except KeyboardInterrupt as error:
            run.write_results()
            raise PracticalsError(
                f"stopped; {len(submissions) - len(waiting) + len(executed)} of {len(submissions)} "
                "submissions are done and kept",
                "Run the same command again to go on",
                exit_code=130,
            ) from error
        return GradedClass(run.write_results(), executed, without, run.due())


def _executor(workers: int, sandboxed: bool, cluster: str | None) -> AbstractContextManager[Callable]:
    """What executes submissions, as `execute_all` does: in this process, or on a cluster."""
    if cluster is None:
        start_early(sandboxed=sandboxed)
        return nullcontext(partial(execute_all, workers=workers))
    if not sandboxed:
        raise PracticalsError(
            "on a cluster, submissions run in the sandbox only",
            "Leave out --no-sandbox, or --cluster: without isolation a submission reaches the whole cluster",
        )
    try:
        from autograder.grading.cluster import executor_on  # the extra `cluster` may not be installed
    except ImportError as error:
        raise PracticalsError(
            f"Dask is not installed here ({error.name})", "pip install distributed, the extra `cluster`"
        ) from error
    return executor_on(cluster)


class _Run:
    """The submissions of a class on their way into the gradebook."""

    def __init__(self, course: Course, limits: Limits, submissions: list[Submission], sandboxed: bool):
        self.course = course
        self.limits = limits
        self.sandboxed = sandboxed
        self.submissions = {submission.student_id: submission for submission in submissions}
        self.titles = exercise_titles(course.assignment.graded)
        self.references = reference_names(course.source)
        self.files = read_files(given_files(course.coursedir, course.practical))
        common = common_digest(course, limits, sandboxed)
        self.digests = {name: submission_digest(common, self.submissions[name]) for name in self.gradable()}

    def gradable(self) -> list[str]:
        """Students with a notebook."""
        return [name for name, submission in self.submissions.items() if submission.notebook is not None]

    def changed(self) -> list[str]:
        """Students whose submission is not in the gradebook as it would be graded now."""
        with self.course.gradebook() as book:
            return [
                name
                for name in self.gradable()
                if (record := Record.read(self.record_path(name))) is None
                or record.digest != self.digests[name]
                or record.problem
                or not (self.course.autograded / name / self.course.practical).is_dir()
                or recorded_submission(book, self.course.practical, name) is None
            ]

    def job(self, name: str) -> Job:
        """What executing a student's submission takes. Threads may call this side by side."""
        submitted = nbformat.read(self.submissions[name].notebook, as_version=4)
        rebuilt = rebuild(self.course.assignment, submitted)
        return Job(nbformat.writes(rebuilt), self.references, self.files, self.limits, self.sandboxed)

    def settle(self, name: str, future: Future) -> None:
        """Record an executed submission, or why there is nothing to record.

        Raises:
            PracticalsError: the gradebook is locked.
            OSError: the disk is full.
        """
        try:
            record = self._recorded(name, future)
        except PracticalsError:
            raise
        except ParentEnded as error:
            self._log_unless_disk_full(name, error)
            record = Record(
                problem="the process that executes submissions was killed twice; was the memory used up?",
                remedy="Run the same command again with --workers 1",
            )
        except WorkersKilled as error:
            self._log_unless_disk_full(name, error)
            record = Record(
                problem="every worker of the cluster that executed it was killed; was the memory used up?",
                remedy="See the workers' logs, or run the same command again without --cluster",
            )
        except Exception as error:
            self._log_unless_disk_full(name, error)
            record = Record(
                problem=f"it could not be graded ({_in_a_line(error)})",
                remedy=f"Run the same command again; if that does not help, see {self.log_path}",
            )
        self.keep(name, record)

    def _recorded(self, name: str, future: Future) -> Record:
        """Let nbgrader record an executed submission."""
        submission = self.submissions[name]
        text, seconds = future.result()
        executed = nbformat.reads(text, as_version=4)
        start = time.monotonic()
        self.course.record(name, executed, submission.notes)
        recorded = time.monotonic()
        record = Record(
            digest=self.digests[name],
            remarks=submission.remarks + incidents(executed),
            notes=submission.notes + executed.metadata["practicals"]["notes"],
            answered=executed.metadata["practicals"]["answered"],
            seconds=seconds.pop("total"),
            seconds_by_part={**seconds, "record": recorded - start},
        )
        self._write_feedback(name, record)
        record.seconds_by_part["feedback"] = time.monotonic() - recorded
        return record

    def refresh_feedback(self) -> None:
        """Write the pages anew whose scores or comments have changed, as after marking by hand."""
        for name in self.gradable():
            record = Record.read(self.record_path(name))
            if record is not None and not record.problem and record.feedback != self._shown(name):
                self._write_feedback(name, record)
                self.keep(name, record)

    def _write_feedback(self, name: str, record: Record) -> None:
        record.remarks = [remark for remark in record.remarks if not remark.startswith(NO_PAGE)]
        try:
            self.course.write_feedback(name)
            record.feedback = self._shown(name)
        except PracticalsError:
            raise
        except Exception as error:
            self._log_unless_disk_full(name, error)
            record.remarks = [*record.remarks, f"{NO_PAGE} ({_in_a_line(error)})"]

    def _shown(self, name: str) -> str:
        with self.course.gradebook() as book:
            return feedback_digest(book, self.course.practical, name)

    def keep(self, name: str, record: Record) -> None:
        """Write a student's record."""
        record.write(self.record_path(name))

    def record_path(self, name: str) -> Path:
        """Where a student's record is."""
        return Record.path(self.course.autograded, name, self.course.practical)

    def forget_withdrawn(self) -> None:
        """Remove the records of submissions that could not be graded and are no longer there."""
        for path in self.course.autograded.glob(f"*/{self.course.practical}.json"):
            record = Record.read(path)
            if path.parent.name not in self.submissions and (record is None or record.problem):
                path.unlink()

    def result(self, name: str) -> Result:
        """A student's result."""
        with self.course.gradebook() as book:
            return read_result(book, self.course.autograded, self.course.practical, name, self.titles)

    def due(self) -> datetime | None:
        """When the practical is due, as the gradebook has it."""
        with self.course.gradebook() as book:
            return book.find_assignment(self.course.practical).duedate

    def write_results(self) -> list[Result]:
        """Write grades.csv, with every practical that the gradebook has; return the results of this one."""
        results = {}
        with self.course.gradebook() as book:
            for practical in sorted(assignment.name for assignment in book.assignments):
                titles = self._titles(practical)
                results[practical] = read_results(book, self.course.autograded, practical, titles)
        rows = [result for of_practical in results.values() for result in of_practical]
        write_atomically(self.course.output / "grades.csv", as_csv(rows))
        return results[self.course.practical]

    def _titles(self, practical: str) -> dict[str, str]:
        """Titles of a practical's graded cells; empty where its source is no longer there."""
        if practical == self.course.practical:
            return self.titles
        source = source_notebook(self.course.coursedir, practical, practical)
        return exercise_titles(load_assignment(source, self.course.config).graded) if source.exists() else {}

    @property
    def log_path(self) -> Path:
        """Where the tracebacks of what went wrong here are."""
        return self.course.autograded / "grading.log"

    def _log_unless_disk_full(self, name: str, error: Exception) -> None:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise error
        with self.log_path.open("a") as log:
            log.write(f"{self.course.practical}, {name}:\n{''.join(traceback.format_exception(error))}\n")


def _in_a_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]
