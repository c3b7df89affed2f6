"""Makes what is recorded of executed submissions, in this process or, of many, in processes of their own."""

import copy
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import wait

import nbformat
from nbgrader.preprocessors import AssignLatePenalties, GetGrades
from traitlets.config import Config

from autograder.engine.limits import incidents
from autograder.engine.parents import cores
from autograder.grading import recording
from autograder.grading.collect import Submission
from autograder.grading.course import Course
from autograder.grading.digests import page_digest
from autograder.grading.feedback import FeedbackExporter, FeedbackPage
from autograder.grading.gradebook import late_penalties, quiet
from autograder.grading.history import note_changes
from autograder.grading.record import Record
from autograder.grading.standing import Earned, Given, marks
from autograder.grading.workers import Executed

NO_PAGE = "no feedback page"
MANY = 100  # submissions from which processes of their own are worth their start, of two seconds
MOST_PROCESSES = 8
PAGES = [AssignLatePenalties, GetGrades, FeedbackPage]


def is_known(settings: Config) -> bool:
    """Whether what is made here is what nbgrader would make with these settings of a course."""
    return (
        recording.is_known(settings)
        and settings.GenerateFeedback.get("preprocessors") == PAGES
        and settings.GenerateFeedback.get("exporter_class") is FeedbackExporter
        and set(settings.GenerateFeedback) <= {"preprocessors", "exporter_class"}
        and set(settings.FeedbackPage) <= {"regrade"}
        and not settings.GetGrades
    )


@dataclass(frozen=True)
class Work:
    """An executed submission, with what its page shows beside.

    Args:
        submission: as it was collected.
        executed: notebook and seconds, from `execute_job`.
        given: what the gradebook has of it.
        digest: of what its grading depends on.
        earlier: its record of an earlier run.
        why: the reason for which marks change in this run.
    """

    submission: Submission
    executed: Executed
    given: Given
    digest: str
    earlier: Record | None = None
    why: str = ""


@dataclass(frozen=True)
class Rendered:
    """What is to be recorded of a submission.

    Args:
        notebook: text of the autograded notebook.
        earned: its scores.
        record: what the gradebook has no place for.
        page: the feedback page; empty where it could not be made.
        trouble: the traceback that says why.
    """

    notebook: str
    earned: Earned
    record: Record
    page: str = ""
    trouble: str = ""


class Renderer:
    """Renders submissions of one practical.

    Args:
        course: the practical.
        pages: digest of what every page depends on.
    """

    def __init__(self, course: Course, pages: str):
        self.practical, self.pages = course.practical, pages
        self.config = copy.deepcopy(course.config)
        self.config.Exporter.default_preprocessors = []  # as nbgrader has it
        self.config.Exporter.optimistic_validation = False  # without preprocessors, nbconvert fails at it
        self.page = FeedbackPage(config=self.config)
        self.exporter = FeedbackExporter(config=self.config)
        self.penalty_of = late_penalties(self.config)

    def render(self, work: Work) -> Rendered:
        """All that is recorded of a submission.

        Raises:
            Exception: the notebook has no grade; a page that cannot be made is no reason.
        """
        start = time.monotonic()
        text, seconds = work.executed
        submission = work.submission
        executed = nbformat.reads(text, as_version=4)
        found = executed.metadata["practicals"]
        record = Record(
            digest=work.digest,
            remarks=submission.remarks + incidents(executed),
            notes=submission.notes + found["notes"],
            answered=found["answered"],
            group=submission.group,
            seconds=seconds["total"],
            seconds_by_part={part: taken for part, taken in seconds.items() if part != "total"},
        )
        if work.earlier is not None:
            record.scores, record.changes = work.earlier.scores, list(work.earlier.changes)
        notebook, earned = recording.autograded(executed, self.config, record.notes)
        kept = recording.as_text(notebook)
        record.seconds_by_part["record"] = time.monotonic() - start
        start = time.monotonic()
        shown = marks(
            earned, work.given, submission.timestamp,
            lambda score, late: self.penalty_of(submission.student_id, score, late),
        )  # fmt: skip
        now = {name: mark.score for name, mark in shown.cells.items() if mark.is_marked}
        note_changes(record, now, work.given.manual, work.why)
        page, trouble = "", ""
        try:
            page = self.page.render(
                self.exporter, notebook, self.practical, submission.student_id, shown, record.changes
            )
            record.feedback = page_digest(self.pages, shown)
        except Exception as error:
            record.remarks = [*record.remarks, f"{NO_PAGE} ({in_a_line(error)})"]
            trouble = traceback.format_exc()
        record.seconds_by_part["feedback"] = time.monotonic() - start
        return Rendered(kept, earned, record, page, trouble)


class Rendering:
    """Renders side by side where there is much to do, else at once; used in a `with` statement.

    Args:
        course: the practical.
        pages: digest of what every page depends on.
        submissions: how many there may be.
    """

    def __init__(self, course: Course, pages: str, submissions: int):
        self.course, self.pages = course, pages
        self.processes = min(cores(), MOST_PROCESSES) if submissions >= MANY else 0
        self._renderer: Renderer | None = None
        self._pool: Executor | None = None

    def __enter__(self) -> "Rendering":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def submit(self, work: Work) -> Future[Rendered]:
        """Have a submission rendered; `BrokenProcessPool` means that the process which did was killed."""
        if self.processes:
            # one of its processes was killed; until the pool knows, it may fail to start another: OSError
            with suppress(BrokenProcessPool, OSError):
                if self._pool is not None:
                    return self._pool.submit(_render, work)
            self._pool = self._new_pool()
            return self._pool.submit(_render, work)
        future: Future[Rendered] = Future()
        try:
            if self._renderer is None:
                self._renderer = Renderer(self.course, self.pages)
            future.set_result(self._renderer.render(work))
        except Exception as error:
            future.set_exception(error)
        return future

    def _new_pool(self) -> ProcessPoolExecutor:
        # not forked: this process has threads
        context = multiprocessing.get_context("spawn")
        course = replace(self.course)  # without what it has read, which need not travel
        return ProcessPoolExecutor(self.processes, context, _begin, (course, self.pages))


def in_a_line(error: Exception) -> str:
    """An error's kind and the first line of its text."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


# --- in processes of their own ------------------------------------------------------------------------------

_render_here: Callable[[Work], Rendered]


def _begin(course: Course, pages: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches all of its processes
    threading.Thread(target=_end_with_parent, daemon=True).start()
    global _render_here
    _render_here = Renderer(course, pages).render


def _end_with_parent() -> None:
    """Python's own would wait for work for ever after its parent was killed."""
    parent = multiprocessing.parent_process()
    with suppress(OSError):
        wait([parent.sentinel] if parent is not None else [])
    os._exit(1)


def _render(work: Work) -> Rendered:
    with quiet():
        return _render_here(work)
