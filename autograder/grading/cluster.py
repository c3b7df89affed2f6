"""Executes submissions on a Dask cluster, whose machines need the course's code and packages only."""

import importlib.metadata
import os
import platform
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import distributed
from distributed.scheduler import KilledWorker

from autograder import engine
from autograder.build import course_utils_folder
from autograder.engine.execute import NOT_INHERITED
from autograder.errors import PracticalsError
from autograder.grading.workers import Job, WorkersKilled, execute_job
from autograder.notebooks import package_digest

CONNECT_SECONDS = 10
WITHOUT_WORKERS_SECONDS = 60  # a nanny takes some seconds to start a worker anew
OWN_SETTINGS = NOT_INHERITED | {"COURSE_DATA_DIR"}  # those that may differ from machine to machine
START_WORKERS = "Start workers (see docs/scaling.md), then run the same command again; nothing was lost"

Executor = Callable[[list[str], Callable[[str], Job]], Iterator[tuple[str, Future]]]


@contextmanager
def executor_on(address: str) -> Iterator[Executor]:
    """What executes submissions on a cluster, with the interface of `workers.execute_all`.

    Args:
        address: of its scheduler, as tcp://HOST:PORT or tls://HOST:PORT. For TLS, Dask's own configuration
            names the certificates.

    Yields:
        a function of student ids and of what makes a job of one. It yields student id and finished future,
        in the order in which they finish. A future's exception `WorkersKilled` means that workers died
        whenever they executed the submission; what merely was beside such a submission is executed again.

    Raises:
        PracticalsError: no scheduler is there, it has no workers, or a worker has other code, packages or
            settings than this process.
    """
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, ImportError, TypeError) as error:
        raise PracticalsError(
            f"there is no cluster at {address} ({str(error).splitlines()[0][:200]})",
            "Start a scheduler with `dask scheduler` and give the address that it prints",
        ) from error
    with client:
        if not client.nthreads():
            raise PracticalsError(f"the cluster at {address} has no workers", START_WORKERS)
        for worker, differences in client.run(compare, environment(), on_error="return").items():
            if isinstance(differences, Exception):
                differences = f"it cannot run the course's code: {differences}"
            if differences:
                raise _other_environment(worker, differences)
        yield partial(_execute_all, client)


def _execute_all(
    client: distributed.Client, students: list[str], job: Callable[[str], Job]
) -> Iterator[tuple[str, Future]]:
    waiting, again = deque(students), deque()
    running: dict[distributed.Future, str] = {}
    here = environment()

    def submit(student: str) -> None:
        running[client.submit(_execute_on_worker, job(student), here, pure=False)] = student

    try:
        while waiting or running or again:
            slots = _slots(client)
            while waiting and len(running) < slots:
                submit(waiting.popleft())
            alone = not running
            if alone and again:
                submit(again.popleft())
            for future in _finished(client, running):
                student = running.pop(future)
                # Dask blames all that the killed workers had: only alone is it certain who did it
                if isinstance(future.exception(), KilledWorker) and not alone:
                    again.append(student)
                else:
                    yield student, _settled(future)
    finally:
        client.cancel(list(running))


def _slots(client: distributed.Client) -> int:
    """How many submissions the workers execute at a time; they may come and go."""
    try:
        return max(1, sum(client.nthreads().values()))
    except (OSError, distributed.TimeoutError) as error:
        raise _gone() from error


def _finished(client: distributed.Client, running: dict) -> list[distributed.Future]:
    """Wait for one of the futures; those that are done.

    Raises:
        PracticalsError: the cluster has gone, or all its workers.
    """
    while True:
        try:
            done = distributed.wait(list(running), WITHOUT_WORKERS_SECONDS, "FIRST_COMPLETED").done
        except distributed.TimeoutError:
            if client.status == "running" and client.nthreads():
                continue
            raise PracticalsError("the cluster has lost all its workers", START_WORKERS) from None
        except (CancelledError, OSError, distributed.client.FutureCancelledError) as error:
            raise _gone() from error
        if any(future.cancelled() for future in done):
            raise _gone()
        return list(done)


def _settled(future: distributed.Future) -> Future:
    settled = Future()
    error = future.exception()
    if isinstance(error, KilledWorker):
        settled.set_exception(WorkersKilled(str(error)))
    elif error is not None:
        settled.set_exception(error)
    else:
        settled.set_result(future.result())
    return settled


def _gone() -> PracticalsError:
    return PracticalsError(
        "the connection to the cluster was lost",
        "See that its scheduler runs, then run the same command again: what was finished is kept",
    )


# --- on the workers -----------------------------------------------------------------------------------------


def _execute_on_worker(job: Job, there: dict) -> tuple[str, dict[str, float]]:
    """Execute a job, if this process has the code of the one that made it: workers may join at any time."""
    worker = distributed.get_worker().address
    if differences := compare(there):
        raise _other_environment(worker, differences)
    try:
        return execute_job(job)
    except PracticalsError as error:
        raise PracticalsError(f"worker {worker}: {error.problem}", error.remedy, error.exit_code) from None


@cache
def environment() -> dict[str, str]:
    """What the result of an execution depends on in this process: versions, digests of code, settings."""
    found = {package.name: package.version for package in importlib.metadata.distributions()}
    found["Python"] = platform.python_version()
    found["course_utils"] = package_digest(course_utils_folder())[:12]
    found["autograder.engine"] = package_digest(Path(engine.__file__).parent)[:12]
    for name, value in os.environ.items():
        if name.startswith("COURSE_") and name not in OWN_SETTINGS:
            found[name] = value
    return found


def compare(there: dict[str, str]) -> str:
    """Where this process's environment differs from another's, in words; "" for nowhere.

    A package that only one of them has does not count: what grading imports, both have.
    """
    here = environment()
    names = sorted(
        name
        for name in here.keys() | there.keys()
        if here.get(name) != there.get(name)
        and (name.startswith("COURSE_") or (name in here and name in there))
    )
    found = [f"{name} is {here.get(name, 'not set')}, not {there.get(name, 'set')}" for name in names]
    return ", ".join(found[:5]) + ", …" * (len(found) > 5)


def _other_environment(worker: str, differences: str) -> PracticalsError:
    return PracticalsError(
        f"the worker {worker} is not as this machine: {differences}",
        "Install the same version of the course there, with `pip install --require-hashes -r "
        "requirements.lock`, set the same COURSE_ variables, and start the worker again",
    )
