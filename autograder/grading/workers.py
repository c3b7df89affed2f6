"""Executes submissions side by side, in threads that wait for kernels; those do the work, in processes."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeAlias

from autograder.engine.job import Job, execute_job
from autograder.engine.parents import close_parents

Executed: TypeAlias = tuple[str, dict[str, float]]  # what `execute_job` gives


class WorkersKilled(Exception):
    """On a cluster, every process that executed a submission was killed."""


def execute_all(
    students: list[str], job: Callable[[str], Job], workers: int
) -> Generator[tuple[str, Future[Executed]], None, None]:
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
    running: dict[Future[Executed], str] = {}
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


def _make_and_execute(job: Callable[[str], Job], student: str) -> Executed:
    return execute_job(job(student))
