"""Executes submissions on a Dask cluster, whose machines need the course's code and packages only."""

import asyncio
import importlib.metadata
import os
import platform
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from functools import cache, partial

import distributed
from distributed.client import ClosedClientError
from distributed.scheduler import KilledWorker

from autograder.engine.job import Job, execute_job
from autograder.engine.plain import NOT_INHERITED
from autograder.errors import PracticalsError
from autograder.grading.digests import GRADES
from autograder.grading.workers import Executed, WorkersKilled
from autograder.practical.digests import course_utils_folder, modules_digest, package_digest

CONNECT_SECONDS = 10
WITHOUT_WORKERS_SECONDS = 60  # a nanny takes some seconds to start a worker anew
GIVE_SECONDS = 60  # for a result that is there to arrive; one that was lost with its worker never may
AHEAD = 2  # for each slot, so that a worker that is done finds its next submission there
OWN_SETTINGS = NOT_INHERITED | {"COURSE_DATA_DIR"}  # those that may differ from machine to machine
START_WORKERS = "Start workers (see docs/scaling.md), then run the same command again; nothing was lost"

# What a client raises when scheduler or workers go away; a lost connection is an OSError, as is a time-out
LOST = (
    CancelledError, asyncio.CancelledError, ClosedClientError, distributed.TimeoutError, OSError,
)  # fmt: skip

Executor = Callable[[list[str], Callable[[str], Job]], Iterator[tuple[str, Future]]]


@contextmanager
def executor_on(
    address: str, execute: Callable[[Job, dict[str, str]], Executed] | None = None
) -> Iterator[Executor]:
    """What executes submissions on a cluster, with the interface of `workers.execute_all`.

    Args:
        address: of its scheduler, as tcp://HOST:PORT or tls://HOST:PORT. For TLS, Dask's own configuration
            names the certificates.
        execute: what a worker does with a job and with `environment()` of this process; default: execute it,
            if code and packages are the same there.

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
        with _connected():
            workers = client.nthreads()
            found = client.run(compare, environment(), on_error="return") if workers else {}
        if not workers:
            raise PracticalsError(f"the cluster at {address} has no workers", START_WORKERS)
        for worker, differences in found.items():
            if isinstance(differences, Exception):
                differences = f"it cannot run the course's code: {differences}"
            if differences:
                raise _other_environment(worker, differences)
        yield partial(_execute_all, client, execute or _execute_on_worker)


def _execute_all(
    client: distributed.Client,
    execute: Callable[[Job, dict[str, str]], Executed],
    students: list[str],
    job: Callable[[str], Job],
) -> Iterator[tuple[str, Future[Executed]]]:
    waiting, again = deque(students), deque[str]()
    running: dict[distributed.Future, str] = {}
    here = environment()
    try:
        while waiting or running or again:
            slots = _slots(client)
            # whoever kills workers is executed with nothing beside it, when the others are done
            alone = not running and not waiting
            starting = [again.popleft()] if alone and again else []
            while waiting and len(running) + len(starting) < AHEAD * slots:
                starting.append(waiting.popleft())
            for student in starting:
                try:
                    made = job(student)
                except Exception as error:
                    yield student, _failed(error)
                    continue
                with _connected():
                    running[client.submit(execute, made, here, pure=False)] = student
            for future in _finished(client, running) if running else ():
                student, settled = running.pop(future), _settled(future)
                # Dask blames all that the killed workers had: only alone is it certain who did it
                if isinstance(settled.exception(), WorkersKilled) and not alone:
                    again.append(student)
                else:
                    yield student, settled
    finally:
        with suppress(*LOST):
            client.cancel(list(running))


@contextmanager
def _connected() -> Iterator[None]:
    """Around every call of the client: what it raises when scheduler or workers go away is one sentence."""
    try:
        yield
    except LOST as error:
        raise _gone() from error


def _slots(client: distributed.Client) -> int:
    """How many submissions the workers execute at a time; they may come and go."""
    with _connected():
        return max(1, sum(client.nthreads().values()))


def _finished(client: distributed.Client, running: dict) -> list[distributed.Future]:
    """Wait for one of the futures; those that are done.

    Raises:
        PracticalsError: the cluster has gone, or all its workers.
    """
    while True:
        with _connected():
            try:
                return list(distributed.wait(list(running), WITHOUT_WORKERS_SECONDS, "FIRST_COMPLETED").done)
            except distributed.TimeoutError:
                if client.status != "running" or not client.nthreads():
                    raise PracticalsError("the cluster has lost all its workers", START_WORKERS) from None


def _settled(future: distributed.Future) -> Future[Executed]:
    """A future of the standard library with what a finished one of the cluster has.

    Raises:
        PracticalsError: the cluster went away before it gave it.
    """
    with _connected():
        # what the job raised is returned here; what is raised here, the client did
        error = future.exception(GIVE_SECONDS)
        if error is None and not future.cancelled():
            try:
                settled: Future[Executed] = Future()
                settled.set_result(future.result(GIVE_SECONDS))
                return settled
            except KilledWorker as killed:  # lost with its worker, and executed again
                error = killed
    if error is None or future.cancelled():
        raise _gone()
    return _failed(WorkersKilled(str(error)) if isinstance(error, KilledWorker) else error)


def _failed(error: BaseException) -> Future[Executed]:
    failed: Future[Executed] = Future()
    failed.set_exception(error)
    return failed


def _gone() -> PracticalsError:
    return PracticalsError(
        "the connection to the cluster was lost",
        "See that its scheduler runs, then run the same command again: what was finished is kept",
    )


# --- on the workers -----------------------------------------------------------------------------------------


def _execute_on_worker(job: Job, there: dict) -> Executed:
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
    found["autograder"] = modules_digest(*GRADES)[:12]
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
