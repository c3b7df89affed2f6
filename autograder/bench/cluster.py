"""Measures how grading grows with a cluster: executions are pauses, on 1, 2 and 4 workers."""

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import distributed
import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.bench.grade import PRACTICAL, _write_class, quick_environment
from autograder.bench.replay import execute_few, run_recording
from autograder.engine.job import Job
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.cluster import executor_on
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.grading.workers import Executed

WORKERS = 1, 2, 4
PAUSE_SECONDS = 1.0  # in place of an execution
LEAST = 2 * max(WORKERS)  # fewer never keep all workers busy
CODE = (
    "import sys; from pathlib import Path; from autograder.bench.cluster import grade_on; "
    "grade_on(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4])"
)


@dataclass
class Scaling:
    """What so many workers made of a class.

    Args:
        workers: processes that execute one submission at a time.
        second: submissions a second that were recorded, in the second half of the run.
        linear: that speed as a share of what so many workers would reach if they never waited.
    """

    workers: int
    second: float
    linear: float


def bench_cluster(
    root: Path, submissions: int, console: Console, json_file: Path | None = None
) -> list[Scaling]:
    """Grade a class of P01 on a Dask cluster of this machine, whose workers pause in place of executing.

    One hand-in is executed before; every worker gives what came of it, after a second. All else is as
    with `practicals grade --cluster`: rebuilding, sending jobs and notebooks, rendering, recording.

    Args:
        root: the checkout; its P01 must be built.
        submissions: how many are graded with each number of workers.
        console: where the table goes.
        json_file: where all figures go; default: nowhere.

    Raises:
        PracticalsError: these are too few, P01 is not built, or a run failed.
    """
    if submissions < LEAST:
        raise PracticalsError(f"{submissions} are too few to measure", f"Give --submissions {LEAST} or more")
    with tempfile.TemporaryDirectory(prefix="bench-cluster-") as name:
        folder = Path(name)
        (student,) = _write_class(root, folder / "few", 1)
        hand_in = folder / "few" / student / PRACTICAL
        execute_few(root, PRACTICAL, [hand_in], folder)
        for number in range(submissions):
            copy = folder / "class" / f"c{number:05}" / PRACTICAL
            shutil.copytree(hand_in, copy, copy_function=os.link)
        found = [scaling(root, PRACTICAL, folder, workers) for workers in WORKERS]
    _show(found, submissions, console)
    if json_file is not None:
        write_atomically(json_file, json.dumps([asdict(one) for one in found], indent=1) + "\n")
    return found


def scaling(root: Path, practical: str, folder: Path, workers: int) -> Scaling:
    """Grade the class in `folder` with so many workers.

    Raises:
        PracticalsError: the run failed.
    """
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        local_directory=str(folder / f"dask-{workers}"), env=quick_environment(),
    ) as cluster:  # fmt: skip
        command = [sys.executable, "-c", CODE, str(root), practical, str(folder), cluster.scheduler_address]
        told, _, _ = run_recording(command, root)
    shutil.rmtree(folder / "out")
    # the slope over the second half: at first, what was executed while the run began waits to be recorded
    times = [at for _, at, _ in told][len(told) // 2 :]
    speed = float(np.polyfit(times, np.arange(len(times)), 1)[0])
    return Scaling(workers, speed, speed * PAUSE_SECONDS / workers)


def grade_on(root: Path, practical: str, folder: Path, address: str) -> None:
    """Grade the class in `folder` on a cluster that pauses in place of executing."""
    ((text, seconds),) = json.loads((folder / "executed.json").read_text())
    options = GradeOptions(submitted=folder / "class", output=folder / "out")
    grade(root, practical, Console(), options, executor_on(address, partial(_pause, text, seconds)))


def _pause(text: str, seconds: dict[str, float], job: Job, there: dict[str, str]) -> Executed:
    time.sleep(PAUSE_SECONDS)
    return text, dict(seconds)


def _show(found: list[Scaling], submissions: int, console: Console) -> None:
    table = Table(title=f"{submissions:,} submissions, each executed by a pause of {PAUSE_SECONDS:g} s")
    for heading in ("workers", "submissions a second", "of linear"):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(str(one.workers), f"{one.second:.2f}", f"{one.linear:.2f}")
    console.print(table)
