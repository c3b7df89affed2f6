"""Executes submissions side by side, in threads that wait for kernels; those do the work, in processes."""

import errno
import os
import shutil
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from autograder.engine import split
from autograder.engine.kernel import ParentEnded
from autograder.engine.limits import Limits
from autograder.engine.parents import close_parents

FREE_BYTES = 20_000_000  # with less on the disk, a cell may have failed for want of space


class WorkersKilled(Exception):
    """On a cluster, every process that executed a submission was killed."""


@dataclass(frozen=True)
class Job:
    """A rebuilt submission, with all that executing it takes: no course folder, no gradebook.

    Args:
        notebook: text of the rebuilt notebook (`autograder.engine.rebuild`).
        references: by grade_id, the names that the reference solutions store.
        files: content of what the course hands out beside the notebook, by path in the working folder.
        limits: what it may take.
        sandboxed: False runs it without isolation.
    """

    notebook: str
    references: dict[str, set[str]]
    files: dict[str, bytes]
    limits: Limits
    sandboxed: bool = True


def execute_job(job: Job) -> tuple[str, dict[str, float]]:
    """Execute a submission, with the parent of kernels that this process has, or starts now.

    Where that parent ends, all kernels end with it, through no fault of theirs: the submission is then
    executed once more, with a new one.

    Returns:
        the executed notebook as text, and the seconds that this took: in all (`total`), and in the parts that
        `split.execute_notebook` names.

    Raises:
        ParentEnded: it ended again.
        OSError: the disk is (nearly) full, so that failed cells would say nothing about the student.
    """
    start = time.monotonic()
    rebuilt = nbformat.reads(job.notebook, as_version=4)
    seconds = Counter()
    try:
        executed = _executed(rebuilt, job, seconds)
    except ParentEnded:
        executed = _executed(rebuilt, job, seconds)
    # in the sandbox, nothing is written to a disk
    if not job.sandboxed and shutil.disk_usage(tempfile.gettempdir()).free < FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())
    return nbformat.writes(executed), {**seconds, "total": time.monotonic() - start}


def _executed(rebuilt: NotebookNode, job: Job, seconds: Counter) -> NotebookNode:
    return split.execute_notebook(
        rebuilt, job.limits, job.files,
        references=job.references, sandboxed=job.sandboxed, seconds=seconds,
    )  # fmt: skip


def execute_all(students: list[str], job: Callable[[str], Job], workers: int) -> Iterator[tuple[str, Future]]:
    """Execute submissions side by side. Closed before its end, it ends the kernels that are at work.

    Args:
        students: whose submissions.
        job: makes what is to be executed, by student id.
        workers: how many at a time.

    Yields:
        student id and finished future, in the order in which they finish. The future has the result or the
        exception of `job` or `execute_job`.
    """
    waiting = deque(students)
    running: dict[Future, str] = {}
    pool = ThreadPoolExecutor(workers, thread_name_prefix="execute")
    try:
        while waiting or running:
            # twice as many as are executed, so that no worker waits while a result is recorded
            while waiting and len(running) < 2 * workers:
                student = waiting.popleft()
                running[pool.submit(_make_and_execute, job, student)] = student
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield running.pop(future), future
    finally:
        if running:
            close_parents()
        pool.shutdown(wait=True, cancel_futures=True)


def _make_and_execute(job: Callable[[str], Job], student: str) -> tuple[str, dict[str, float]]:
    return execute_job(job(student))
