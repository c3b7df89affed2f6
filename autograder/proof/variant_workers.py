"""Worker processes that run variants of a practical; one that hangs or dies costs only its own variant."""

import multiprocessing
import os
import shutil
import sys
import tempfile
import traceback
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from autograder.authoring.build import BUILD_SETTINGS
from autograder.engine.sandbox import THREADS
from autograder.errors import PracticalsError
from autograder.practical.sooner import look_for_garbage_less_often
from autograder.proof.variants import Cell, Outcome, Workbench

Key = TypeVar("Key", bound=Hashable)
START_SECONDS = 1800  # that the reference's run may take
ENVIRONMENT = {"MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3", **dict.fromkeys(THREADS, "1")}
HANGS_SECONDS = 300  # without an answer, whatever a variant's own limit is


@dataclass(frozen=True)
class Task(Generic[Key]):
    """Something for a worker to do.

    Args:
        key: names it in the results.
        method: of `Workbench`.
        arguments: of the method.
    """

    key: Key
    method: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """What running the reference gave, and which exercises it answers with plain values only."""

    outcome: Outcome
    plain_answers: set[str]


class Workers:
    """A few processes, each with the practical's reference in its memory; used in a `with` statement.

    Args:
        practical: name, for messages.
        cells: from `variants.graded_run`.
        number: of processes.
    """

    def __init__(self, practical: str, cells: list[Cell], number: int):
        self.practical, self.cells = practical, cells
        self.scratch = tempfile.mkdtemp(prefix=f"{practical}-variants-")
        self.workers = [_Worker(self.scratch, cells) for _ in range(number)]

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: Any) -> None:
        for worker in self.workers:
            worker.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def reference(self) -> Reference:
        """What the reference gave in the first process.

        Raises:
            PracticalsError: a cell that is not a test failed, or the process died.
        """
        worker = self.workers[0]
        reference = worker.ready(self.practical)
        if reference is None:
            raise PracticalsError(
                f"{self.practical}: the process that ran the reference ended or took more than "
                f"{START_SECONDS} s",
                "Run `practicals build`, which shows where, and fix the cell",
            )
        if reference.outcome.ended:
            raise PracticalsError(
                f"{self.practical}: the reference fails in {reference.outcome.ended.strip()}",
                "Fix the cell",
            )
        return reference

    def run(self, tasks: Iterable[Task[Key]], done: Callable[[Task[Key], Any], None]) -> None:
        """Do all tasks, in any order; `done(task, result)` is called as each is finished.

        A result is what the method returned; an `Outcome` with `ended` when the process hung or died.
        """
        waiting = deque(tasks)
        busy: dict[Connection, tuple[_Worker, Task[Key]]] = {}
        free = deque(self.workers[: max(1, min(len(self.workers), len(waiting)))])
        while waiting or busy:
            while waiting and free:
                worker, task = free.popleft(), waiting.popleft()
                if worker.ready(self.practical) is None:
                    raise PracticalsError(
                        f"{self.practical}: the reference could not be run again",
                        "See whether the machine is out of memory, and run the command again",
                    )
                worker.connection.send((task.method, task.arguments))
                busy[worker.connection] = worker, task
            answered = wait(list(busy), timeout=HANGS_SECONDS)
            for connection in [one for one in busy if one in answered] or list(busy):
                worker, task = busy.pop(connection)
                try:
                    result = connection.recv() if answered else Outcome(ended="its process hung")
                except EOFError:
                    result = Outcome(ended="its process died")
                if isinstance(result, _Trouble):
                    raise RuntimeError(f"{task}:\n{result.traceback}")
                if isinstance(result, Outcome) and result.ended.startswith("its process"):
                    worker.stop()
                    self.workers.remove(worker)
                    worker = _Worker(self.scratch, self.cells)
                    self.workers.append(worker)
                free.append(worker)
                done(task, result)


@dataclass(frozen=True)
class _Trouble:
    """A mistake in our own code, raised in a worker."""

    traceback: str


class _Worker:
    def __init__(self, scratch: str, cells: list[Cell]):
        # spawn: TensorFlow does not survive a fork
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, scratch, cells), daemon=True)
        self.process.start()
        theirs.close()
        self.reference: Reference | None = None

    def ready(self, practical: str) -> Reference | None:
        """Wait until the reference has run; None if it did not."""
        if self.reference is None:
            received = None
            with suppress(EOFError):
                if self.connection.poll(START_SECONDS):
                    received = self.connection.recv()
            if isinstance(received, _Trouble):
                raise RuntimeError(f"{practical}:\n{received.traceback}")
            self.reference = received
        return self.reference

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(connection: Connection, scratch: str, cells: list[Cell]) -> None:
    """The life of a worker: run the reference, then answer requests until the parent is gone."""
    look_for_garbage_less_often()
    os.environ |= {**BUILD_SETTINGS, **ENVIRONMENT}
    os.environ.pop("COURSE_RECORD", None)
    tempfile.tempdir = scratch
    with Path(os.devnull).open("w") as nowhere:
        # variants print into their own outcome; what libraries write past Python is of no use here
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere.fileno(), stream.fileno())
    try:
        bench = Workbench(cells, Path(tempfile.mkdtemp(prefix="reference-")))
        outcome = bench.run_reference()
        plain = set() if outcome.ended else bench.plain_answers()
        connection.send(Reference(outcome, plain))
        while True:
            method, arguments = connection.recv()
            connection.send(getattr(bench, method)(**arguments))
    except (EOFError, BrokenPipeError):
        pass
    except Exception:
        connection.send(_Trouble(traceback.format_exc()))
