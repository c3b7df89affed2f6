"""Runs a command of this checkout and of another one, and says what each took."""

import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from autograder.bench.grade import quick_environment
from autograder.errors import PracticalsError
from autograder.practical.paths import COURSE_ROOT_MARKER

LOOK_SECONDS = 0.2  # between two looks at what processes have used; the last of each is not seen


def versions(root: Path, against: Path | None) -> dict[str, Path]:
    """The folders of the version `now` and, where another checkout is named, of the one `before`.

    Raises:
        PracticalsError: `against` is no checkout.
    """
    if against is None:
        return {"now": root}
    if not (against / COURSE_ROOT_MARKER).is_file() or not (against / "autograder").is_dir():
        raise PracticalsError(
            f"{against} is no checkout of the course",
            "Make one with `git worktree add --detach FOLDER COMMIT`, and name its folder",
        )
    return {"now": root, "before": against.resolve()}


def in_turn(found: dict[str, Path], practical: str, number: int) -> list[tuple[str, Path]]:
    """The versions that have a practical, the other way round each time: neither always comes first."""
    having = [item for item in found.items() if (item[1] / "source" / practical).is_dir()]
    return having if number % 2 == 0 else having[::-1]


def timed(checkout: Path, command: list[str], budget: str = "quick") -> tuple[float, float]:
    """Run a command in a checkout, with the checkout's code; both use the packages of this Python.

    Args:
        checkout: where it runs.
        command: program and arguments.
        budget: how much notebooks compute.

    Returns:
        its seconds by the clock, and of processor, with all that it started.

    Raises:
        PracticalsError: it failed.
    """
    environment = {**quick_environment(), "COURSE_BUDGET": budget}
    paths = [str(checkout), *filter(None, [environment.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=checkout, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        used: dict[tuple[int, float], float] = {}
        while process.poll() is None:
            used |= _processor(process.pid)
            time.sleep(LOOK_SECONDS)
        seconds = time.monotonic() - start
        output.seek(0)
        said = output.read().decode(errors="replace").strip().splitlines()[-15:]
    if process.returncode:
        raise PracticalsError(
            f"a measured command ended with status {process.returncode}: {' '.join(command[-8:])}",
            f"It ran in {checkout}, and said:\n" + "\n".join(said),
        )
    return seconds, sum(used.values())


def _processor(pid: int) -> dict[tuple[int, float], float]:
    """Processor seconds so far of a process and of all below it, by process id and time of its start.

    Kernels end with their sandbox, whose end leaves nobody to ask what they used: they are looked at while
    they run.
    """
    used = {}
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                used[process.pid, process.create_time()] = times.user + times.system
    return used
