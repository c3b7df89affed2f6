"""Worker processes that execute submissions: one that dies takes only its own submission with it."""

import errno
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbgrader.coursedir import CourseDirectory

from autograder.engine.assignment import load_assignment, source_notebook
from autograder.engine.execute import working_folder
from autograder.engine.limits import Limits
from autograder.engine.rebuild import rebuild
from autograder.engine.split import execute_notebook, reference_names
from autograder.release import course_config

FREE_BYTES = 20_000_000  # with less on the disk, a cell may have failed for want of space


@dataclass(frozen=True)
class Job:
    """A submission to execute.

    Args:
        root: the checkout.
        practical: name of the practical.
        notebook: the collected notebook.
        limits: what it may take.
        sandboxed: False runs it without isolation.
    """

    root: Path
    practical: str
    notebook: Path
    limits: Limits
    sandboxed: bool = True


def execute_submission(job: Job) -> tuple[str, float]:
    """Rebuild and execute a submission.

    Returns:
        the executed notebook as text, and the seconds that this took.

    Raises:
        OSError: the disk is (nearly) full, so that failed cells would say nothing about the student.
    """
    start = time.monotonic()
    config = course_config(job.root)
    coursedir = CourseDirectory(config=config, root=str(job.root))
    source = source_notebook(coursedir, job.practical, job.practical)
    assignment = load_assignment(source, config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duplicate and missing cell ids
        submitted = nbformat.read(job.notebook, as_version=4)
    rebuilt = rebuild(assignment, submitted)
    with working_folder(coursedir, job.practical) as folder:
        executed = execute_notebook(
            rebuilt, job.limits, folder, references=reference_names(source), sandboxed=job.sandboxed
        )
        if shutil.disk_usage(folder).free < FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    return nbformat.writes(executed), time.monotonic() - start


def execute_all(jobs: dict[str, Job], workers: int) -> Iterator[tuple[str, Future]]:
    """Execute submissions side by side.

    Args:
        jobs: by student id.
        workers: how many at a time.

    Yields:
        student id and finished future, in the order in which they finish. A future's exception
        `BrokenProcessPool` means that the worker died.
    """
    waiting = deque(jobs.items())
    slots: list[_Worker | None] = [None] * max(1, min(workers, len(jobs)))
    running: dict[Future, tuple[int, str]] = {}
    with tempfile.TemporaryDirectory(prefix="practicals-", ignore_cleanup_errors=True) as scratch:
        try:
            while waiting or running:
                busy = {slot for slot, _ in running.values()}
                for slot in set(range(len(slots))) - busy:
                    if waiting:
                        student_id, job = waiting.popleft()
                        slots[slot] = slots[slot] or _Worker(scratch)
                        running[slots[slot].pool.submit(execute_submission, job)] = (slot, student_id)
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    slot, student_id = running.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        slots[slot].stop()
                        slots[slot] = None
                    yield student_id, future
        finally:
            for worker in slots:
                if worker is not None:
                    worker.stop()


class _Worker:
    """A pool of one process, so that a death concerns one job."""

    def __init__(self, scratch: str):
        # spawn: a child that was forked from a process with threads may hang
        context = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(scratch,))
        self.pid = self.pool.submit(os.getpid)

    def stop(self) -> None:
        """End the process and the kernels that it started, also in the middle of a job."""
        if self.pid.done() and self.pid.exception() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid.result(), signal.SIGTERM)
        self.pool.shutdown(wait=True, cancel_futures=True)


def _begin(scratch: str) -> None:
    """In a new worker: temporary files where the parent removes them; ends with its parent, not by Ctrl-C."""
    tempfile.tempdir = scratch
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    _end()


def _end(*_) -> None:
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    os._exit(1)
