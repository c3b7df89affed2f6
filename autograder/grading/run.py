"""Grades a class: decides what needs grading, has it executed, records each submission when it is done."""

import errno
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

import nbformat
from rich.console import Console

from autograder.engine.assignment import load_assignment, source_notebook
from autograder.engine.executor import settings
from autograder.engine.faults import CourseCellFailed
from autograder.engine.job import Job, Recipe, recipe
from autograder.engine.kernel import ParentEnded
from autograder.engine.limits import Limits
from autograder.engine.parents import data_folder, start_early
from autograder.engine.sandbox import require_out_of_sight
from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.grading import recording, rows
from autograder.grading.backup import before_writing
from autograder.grading.collect import Submission, collect
from autograder.grading.course import Course, only_one_run
from autograder.grading.dates import moment
from autograder.grading.digests import common_digest, page_digests, pages_digest, submission_digest
from autograder.grading.display import Display, say_what_is_left
from autograder.grading.gradebook import one_engine, quiet
from autograder.grading.groups import read_groups, shared_out
from autograder.grading.history import note_recorded
from autograder.grading.news import has_news
from autograder.grading.options import GradeOptions
from autograder.grading.record import Record
from autograder.grading.renaming import rename
from autograder.grading.rendering import NO_PAGE, Rendered, Rendering, Work, in_a_line, is_known
from autograder.grading.results import (
    Result,
    as_csv,
    as_json,
    as_table,
    for_terminal,
    read_results,
    recorded_students,
)
from autograder.grading.standing import Given, read_given
from autograder.grading.students import class_list
from autograder.grading.workers import Executed, WorkersKilled, execute_all
from autograder.practical.testcells import exercise_titles

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
BACKLOG = 32  # executed submissions that wait for being recorded
BATCH, BATCH_SECONDS = 16, 1.0  # recorded together, of many submissions; or those that are ready by then


DEFAULTS = GradeOptions()


def course_of(root: Path, practical: str, options: GradeOptions) -> Course:
    """The practical with the folders and the gradebook that the options name, or their defaults."""
    return Course(
        root=root,
        practical=practical,
        output=(options.output or root).resolve(),
        class_folder=options.submitted or root / "submitted",
        db_url=options.db_url or "",
    )


def grade(
    root: Path,
    practical: str,
    console: Console,
    options: GradeOptions = DEFAULTS,
    executing: AbstractContextManager[Callable] | None = None,
) -> "GradedClass":
    """Grade a class and show the results; what was graded before and has not changed is kept.

    Each submission is recorded as soon as it was executed: whatever stops the run, finished ones stay. What
    a student handed in cannot stop it; what cannot be graded gets a result that says why, and no feedback
    page.

    Args:
        root: the checkout.
        practical: name of the practical.
        console: where progress and results are shown.
        options: where the class is, where the grades go, and how it is graded.
        executing: gives what executes submissions, as `execute_all` does; default: what the options say.

    Returns:
        the results of all submissions, those of earlier runs too.

    Raises:
        PracticalsError: there is nothing to grade, the output or the gradebook cannot be written, or
            somebody pressed Ctrl-C.
        OSError: the disk is full.
    """
    course = course_of(root, practical, options)
    if options.json_file:
        writable(options.json_file.resolve().parent)
    if options.rename:
        _say(rename(course, options.rename), console)
        course = replace(course)  # reads the practical anew, with its former names
    graded = _grade(course, console, options, executing)
    if options.json_file:
        write_atomically(options.json_file, as_json(graded.results, graded.due))
    console.print(as_table(graded.results, practical))
    say_what_is_left(graded.results, graded.without, graded.due, course, console)
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


def _grade(
    course: Course,
    console: Console,
    options: GradeOptions,
    executing: AbstractContextManager[Callable] | None,
) -> GradedClass:
    limits, sandboxed = settings(
        course.config, cell_seconds=options.cell_seconds, sandboxed=options.sandboxed
    )
    due = moment(options.due) if options.due else None
    if sandboxed:
        require_out_of_sight(course.root, course.output, course.class_folder, data=data_folder())
    _ = course.assignment  # a practical that is not there or not built: say so before anything is written
    early = options.force or has_news(course.class_folder, course.output, course.practical)
    with (
        executing or executor(options, sandboxed, early=early) as execute,
        only_one_run(course.autograded),
        one_engine(),
        quiet(),
    ):
        submissions, without = collect(
            course.class_folder,
            course.collected,
            course.practical,
            course.assignment,
            course.root,
            course.zone,
        )
        submissions = with_groups(course, submissions, course.collected)
        without = [name for name in without if name not in {one.student_id for one in submissions}]
        _require_handed_in(options.students, submissions, course)
        _say([before_writing(course)], console)
        course.prepare(due)
        run = Run(course, limits, submissions, sandboxed, options.why)
        for submission in submissions:
            if submission.notebook is None:
                problem = Record(problem=submission.problem, remedy=submission.remedy)
                run.keep(submission.student_id, problem)
        run.forget_withdrawn()
        waiting = run.gradable() if options.force else run.changed()
        asked = [one for one in submissions if not options.students or one.student_id in options.students]
        waiting = [name for name in waiting if not options.students or name in options.students]
        executed: list[str] = []
        rendering = run.rendering(len(waiting))
        try:
            with Display(console, course.practical, len(asked)) as display, rendering:

                def settle(most: int) -> None:
                    for result in run.settle(most):
                        executed.append(result.student_id)
                        display.finished(result)

                passed_over = {one.student_id for one in asked} - set(waiting)
                for result in run.results():
                    if result.student_id in passed_over:
                        display.passed_over(result)
                sharing = run.sharing(waiting)
                if sharing:
                    _ = run.recipe  # what is wrong with it is said before anything is executed
                    if options.cluster is None and executing is None:
                        start_early(sandboxed=sandboxed)  # unless it was: this machine may not be able to
                try:
                    with closing(execute(list(sharing), run.job)) as finished:
                        for one, future in finished:
                            for student_id in sharing[one]:
                                run.take(student_id, future)
                            settle(BACKLOG)
                finally:
                    settle(0)
            course.gradebook.renew_late_penalties()
            run.refresh_feedback()
        except KeyboardInterrupt as error:
            run.write_results()
            raise PracticalsError(
                f"stopped; {len(asked) - len(waiting) + len(executed)} of {len(asked)} "
                "submissions are done and kept",
                "Run the same command again to go on",
                exit_code=130,
            ) from error
        return GradedClass(run.write_results(), executed, without, run.due())


def with_groups(course: Course, submissions: list[Submission], collected: Path) -> list[Submission]:
    """Submissions as `groups.shared_out` makes them, by the groups of the class.

    Raises:
        PracticalsError: groups.csv is wrong.
    """

    def known() -> list[str]:
        if course.gradebook.is_missing():
            return []
        with course.gradebook.open() as book:
            return [student.id for student in class_list(book)]

    groups = read_groups(course.class_folder, course.practical, known)
    return shared_out(submissions, groups, collected, course.practical)


def _require_handed_in(students: Iterable[str], submissions: Iterable[Submission], course: Course) -> None:
    """Raise unless each of the students handed in something."""
    there = {submission.student_id for submission in submissions}
    if unknown := sorted(set(students) - there):
        raise PracticalsError(
            f"{course.class_folder} has no submission of {course.practical} by {', '.join(unknown)}",
            "Give the name of a folder there, which is the student's id",
        )


def executor(
    options: GradeOptions, sandboxed: bool, *, early: bool = True
) -> AbstractContextManager[Callable]:
    """What executes submissions, as `execute_all` does: in this process, or on a cluster.

    Args:
        options: whether it is a cluster, and how many work at a time.
        sandboxed: whether submissions run in the sandbox.
        early: whether the parent of kernels, which imports TensorFlow, starts now.

    Raises:
        PracticalsError: this machine cannot isolate student code, isolation is off on a cluster, or Dask is
            not installed.
    """
    if options.cluster is None:
        if early:
            start_early(sandboxed=sandboxed)
        return nullcontext(partial(execute_all, workers=options.workers))
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
    return executor_on(options.cluster)


@dataclass(frozen=True)
class _Waiting:
    """A submission that is rendered; `work` is None where nbgrader has recorded it, or there is nothing."""

    name: str
    work: Work | None
    is_again: bool = False


class Run:
    """The submissions of a class on their way into the gradebook."""

    def __init__(
        self, course: Course, limits: Limits, submissions: list[Submission], sandboxed: bool, why: str = ""
    ):
        self.course = course
        self.why = why
        self.submissions = {submission.student_id: submission for submission in submissions}
        self.titles = exercise_titles(course.assignment.graded)
        self.pages = pages_digest(course)
        self.limits, self.sandboxed = limits, sandboxed
        common = common_digest(course, limits, sandboxed)
        self.digests = {name: submission_digest(common, self.submissions[name]) for name in self.gradable()}
        self.waiting: dict[Future, _Waiting] = {}  # that are rendered
        self.settled = 0.0  # when some were recorded, on the monotonic clock

    @cached_property
    def recipe(self) -> Recipe:
        """What executing any of the submissions takes.

        Raises:
            PracticalsError: as `job.recipe`.
        """
        return recipe(
            self.course.source,
            self.course.config,
            self.limits,
            sandboxed=self.sandboxed,
            given=self.course.given,
        )

    def gradable(self) -> list[str]:
        """Students with a notebook."""
        return [name for name, submission in self.submissions.items() if submission.notebook is not None]

    def changed(self) -> list[str]:
        """Students whose submission is not in the gradebook as it would be graded now."""
        with self.course.gradebook.open() as book:
            recorded = recorded_students(book, self.course.practical)
            return [
                name
                for name in self.gradable()
                if (record := Record.read(self.record_path(name))) is None
                or record.digest != self.digests[name]
                or record.problem
                or not (self.course.autograded / name / self.course.practical).is_dir()
                or name not in recorded
            ]

    def sharing(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Students by one of them, for whom all are executed: those of a group share their hand-in."""
        by_hand_in: dict[str, list[str]] = {}
        for name in names:
            by_hand_in.setdefault(self.submissions[name].handed_in_as or name, []).append(name)
        return {together[0]: together for together in by_hand_in.values()}

    def job(self, name: str) -> Job:
        """What executing a student's submission takes. Threads may call this side by side."""
        return self.recipe.job(nbformat.read(self.submissions[name].notebook, as_version=4))

    @cached_property
    def given(self) -> tuple[Mapping[str, Given], datetime | None]:
        """What the gradebook has of submissions, and when the practical is due, as `read_given` says."""
        with self.course.gradebook.open() as book:
            return read_given(book, self.course.practical)

    def rendering(self, submissions: int) -> Rendering:
        """What renders so many submissions; to be entered before the first is taken."""
        self._rendering = Rendering(self.course, self.pages, submissions)
        return self._rendering

    def take(self, name: str, future: Future[Executed]) -> None:
        """Have an executed submission rendered; `settle` records it, or why there is nothing to record."""
        made: Future = Future()  # of this student alone: those of a group share what was executed
        work = None
        try:
            executed = future.result()
            if is_known(self.course.settings):
                given, due = self.given
                work = Work(
                    self.submissions[name],
                    executed,
                    given.get(name, Given(due=due)),
                    self.digests[name],
                    Record.read(self.record_path(name)),
                    self.why,
                )
                made = self._rendering.submit(work)
            else:
                made.set_result(self._recorded_by_nbgrader(name, *executed))
        except Exception as error:
            made.set_exception(error)
        self.waiting[made] = _Waiting(name, work)

    def settle(self, most: int) -> list[Result]:
        """Record what is ready, many submissions together where many are, and return its results.

        Args:
            most: waits until so many are left.

        Raises:
            PracticalsError: the gradebook is locked.
            OSError: the disk is full.
        """
        results = []
        try:
            while len(self.waiting) > most or self._is_time():
                done, _ = wait(self.waiting, return_when=FIRST_COMPLETED)
                ready = {one: self.waiting.pop(one) for one in list(self.waiting) if one in done}
                try:
                    results += self._settle(ready)
                except KeyboardInterrupt:
                    self.waiting |= ready  # recorded before the run ends, perhaps a second time
                    raise
                self.settled = time.monotonic()
        except (PracticalsError, OSError):
            self.waiting.clear()
            raise
        return results

    def _is_time(self) -> bool:
        ready = sum(one.done() for one in self.waiting)
        soon = time.monotonic() < self.settled + BATCH_SECONDS
        return bool(ready) and not (self._rendering.processes and ready < BATCH and soon)

    def _settle(self, ready: dict[Future, "_Waiting"]) -> list[Result]:
        rendered: dict[str, Rendered | Record] = {}
        failed: dict[str, Exception] = {}
        again: list[Work] = []
        for future, one in ready.items():
            try:
                rendered[one.name] = future.result()
            except BrokenProcessPool as error:  # perhaps through no fault of this one
                if one.work is None or one.is_again:
                    failed[one.name] = error
                else:
                    again.append(one.work)
            except Exception as error:
                failed[one.name] = error
        failed |= self._record({name: one for name, one in rendered.items() if isinstance(one, Rendered)})
        for name, made in rendered.items():
            if isinstance(made, Record):
                self.keep(name, made)
        for name, reason in failed.items():
            self.keep(name, self._problem(name, reason))
        for work in again:
            self.waiting[self._rendering.submit(work)] = _Waiting(work.submission.student_id, work, True)
        names = [*rendered, *failed]
        with self.course.gradebook.open() as book:
            results = read_results(book, self.course.autograded, self.course.practical, self.titles, names)
        return sorted(results, key=lambda result: names.index(result.student_id))

    def _record(self, rendered: dict[str, Rendered]) -> dict[str, Exception]:
        """Record submissions, all rows in one transaction; the errors of those that cannot be recorded.

        A submission counts as recorded when its record, which is written last, has its digest.
        """
        failed: dict[str, Exception] = {}
        if not rendered:
            return failed
        start = time.monotonic()
        for name in rendered:
            earlier = Record.read(self.record_path(name))
            if earlier is not None and earlier.digest == self.digests[name]:  # graded again, whatever for
                earlier.digest = ""
                earlier.write(self.record_path(name))
        try:
            with self.course.gradebook.open() as book:
                earned = {
                    name: (one.earned, self.submissions[name].timestamp) for name, one in rendered.items()
                }
                rows.record_all(self.course.gradebook, book, earned)
        except (PracticalsError, OSError):
            raise
        except Exception as error:
            if len(rendered) == 1:
                return dict.fromkeys(rendered, error)
            for name, one in rendered.items():
                failed |= self._record({name: one})
            return failed
        each = (time.monotonic() - start) / len(rendered)
        for name, one in rendered.items():
            one.record.seconds_by_part["record"] += each
            try:
                recording.write(self.course, name, one.notebook, one.page)
                self.keep(name, one.record)
            except OSError as error:
                failed[name] = error
            if one.trouble:
                self._log(name, one.trouble)
        return failed

    def _problem(self, name: str, error: Exception) -> Record:
        """Why there is nothing to record.

        Raises:
            PracticalsError: the gradebook is locked.
            OSError: the disk is full.
        """
        if isinstance(error, PracticalsError):
            raise error
        if isinstance(error, CourseCellFailed):
            return Record(problem=str(error), remedy=error.remedy)
        self._log_unless_disk_full(name, error)
        if isinstance(error, ParentEnded):
            return Record(
                problem="the process that executes submissions was killed twice; was the memory used up?",
                remedy="Run the same command again with --workers 1",
            )
        if isinstance(error, WorkersKilled):
            return Record(
                problem="every worker of the cluster that executed it was killed; was the memory used up?",
                remedy="See the workers' logs, or run the same command again without --cluster",
            )
        return Record(
            problem=f"it could not be graded ({in_a_line(error)})",
            remedy=f"Run the same command again; if that does not help, see {self.log_path}",
        )

    def _recorded_by_nbgrader(self, name: str, text: str, seconds: dict[str, float]) -> Record:
        executed = nbformat.reads(text, as_version=4)
        record = recording.record(self.course, self.submissions[name], executed, seconds)
        record.digest = self.digests[name]
        if (earlier := Record.read(self.record_path(name))) is not None:
            record.scores, record.changes = earlier.scores, earlier.changes
        start = time.monotonic()
        self._write_feedback(name, record)
        record.seconds_by_part["feedback"] = time.monotonic() - start
        return record

    def refresh_feedback(self) -> None:
        """Write the pages anew that would be others now: marks given by hand, another template."""
        with self.course.gradebook.open() as book:
            digests = page_digests(self.pages, book, self.course.practical)
        for name in self.gradable():
            record = Record.read(self.record_path(name))
            if record is None or record.problem:
                continue
            if record.feedback != digests.get(name) or not self.course.page(name).is_file():
                self._write_feedback(name, record)
                self.keep(name, record)

    def _write_feedback(self, name: str, record: Record) -> None:
        record.remarks = [remark for remark in record.remarks if not remark.startswith(NO_PAGE)]
        with self.course.gradebook.open() as book:
            note_recorded(record, book, self.course.practical, name, self.why)
        self.keep(name, record)  # the page shows the changes
        try:
            recording.write_feedback(self.course, name)
            record.feedback = self._page_digest(name)
        except PracticalsError:
            raise
        except Exception as error:
            self._log_unless_disk_full(name, error)
            record.remarks = [*record.remarks, f"{NO_PAGE} ({in_a_line(error)})"]

    def _page_digest(self, name: str) -> str:
        with self.course.gradebook.open() as book:
            return page_digests(self.pages, book, self.course.practical, name)[name]

    def keep(self, name: str, record: Record) -> None:
        """Write a student's record; one that says why there is no grade keeps what became of earlier ones."""
        if record.problem and (earlier := Record.read(self.record_path(name))) is not None:
            record.scores, record.changes = earlier.scores, earlier.changes
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

    def results(self) -> list[Result]:
        """The results of everybody, in a few queries for the whole class."""
        with self.course.gradebook.open() as book:
            return read_results(book, self.course.autograded, self.course.practical, self.titles)

    def due(self) -> datetime | None:
        """When the practical is due, as the gradebook has it."""
        with self.course.gradebook.open() as book:
            return book.find_assignment(self.course.practical).duedate

    def write_results(self) -> list[Result]:
        """Write grades.csv, with every practical that the gradebook has; return the results of this one."""
        results = {}
        with self.course.gradebook.open() as book:
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
        self._log(name, "".join(traceback.format_exception(error)))

    def _log(self, name: str, text: str) -> None:
        with self.log_path.open("a") as log:
            log.write(f"{self.course.practical}, {name}:\n{text}\n")


def _say(sentences: list[str], console: Console) -> None:
    for sentence in filter(None, sentences):
        console.print(for_terminal(sentence), highlight=False, soft_wrap=True)
