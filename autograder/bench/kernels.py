"""How much memory the kernels of many students take: ordinary ones, and ones forked after the imports."""

import contextlib
import multiprocessing
import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from rich.console import Console
from rich.table import Table

from autograder.errors import PracticalsError
from autograder.proof.warm_kernels import use_warm_kernels

ORDINARY, FORKED = "ordinary", "forked"
WAYS = (ORDINARY, FORKED)
# what a student's first cells do, and then an epoch of training
WORK = {
    "after the imports": "import keras, matplotlib.pyplot\nfrom course_utils import data, expect, plots",
    "after an epoch": """images = data.load("fashion_mnist")
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(300, "relu"), keras.layers.Dense(10)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(images.x_train.reshape(-1, 784)[:10_000], images.y_train[:10_000], verbose=0)""",
}
CELL_SECONDS = 600  # that a cell may take, on the busiest machine


@dataclass(frozen=True)
class Memory:
    """What some kernels took together.

    Args:
        way: `ordinary` or `forked`.
        kernels: how many.
        when: a key of the work that was measured.
        bytes: memory (PSS: shared pages count once) of the kernels and, if forked, of what they were forked
            from; without the files of programs, which they share with all that this machine runs.
        files: bytes of such files in the largest process.
    """

    way: str
    kernels: int
    when: str
    bytes: int
    files: int


def bench_kernels(counts: list[int], console: Console, work: dict[str, str] = WORK) -> list[Memory]:
    """Measure kernels that live at the same time, of both kinds; each does its work when it has started.

    Args:
        counts: numbers of kernels, each measured anew.
        console: where the table goes.
        work: cells that every kernel executes, by the words for what is measured after each.

    Raises:
        PracticalsError: this system does not tell PSS, or a cell failed.
    """
    if not Path("/proc/self/smaps_rollup").is_file():
        raise PracticalsError("this system does not tell how memory is shared", "Measure on Linux")
    found = [one for way in WAYS for count in counts for one in _in_a_process(way, count, work)]
    table = Table(title="Memory of all kernels together (PSS)")
    for heading in ("Kernels", "", *(f"{way}, MB" for way in WAYS)):
        table.add_column(heading, justify="left" if not heading else "right")
    for count in counts:
        for when in work:
            sizes = [one.bytes for one in found if (one.kernels, one.when) == (count, when)]
            table.add_row(str(count), when, *(f"{size / 2**20:,.0f}" for size in sizes))
    console.print(table)
    console.print(f"Files of programs, once for all: {max(one.files for one in found) / 2**20:,.0f} MB")
    return found


def _in_a_process(way: str, count: int, work: dict[str, str]) -> list[Memory]:
    """In one of its own, whose descendants are counted: how kernels start is settled for all of a process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as pool:
        return pool.submit(_measure, way, count, work).result()


def _measure(way: str, count: int, work: dict[str, str]) -> list[Memory]:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # where TensorFlow and kernels say what nobody asked for
    if way == FORKED:
        use_warm_kernels()
    with _kernels(count) as clients:
        found = []
        for when, cell in work.items():
            for client in clients:
                reply = client.execute_interactive(
                    cell, timeout=CELL_SECONDS, output_hook=lambda message: None
                )
                if reply["content"]["status"] != "ok":
                    said = reply["content"]
                    raise PracticalsError(f"a kernel failed: {said['ename']}: {said['evalue']}", "Run doctor")
            found.append(Memory(way, count, when, *_memory_of_descendants()))
        return found


@contextlib.contextmanager
def _kernels(count: int) -> Iterator[list[BlockingKernelClient]]:
    started: list[tuple[KernelManager, BlockingKernelClient]] = []
    try:
        for _ in range(count):
            started.append(start_new_kernel(startup_timeout=CELL_SECONDS))
        yield [client for _, client in started]
    finally:
        for manager, client in started:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def _memory_of_descendants() -> tuple[int, int]:
    """What the processes that this one started take together, and the files of the largest, in bytes."""
    own, files = 0, [0]
    for process in psutil.Process().children(recursive=True):
        folder = Path(f"/proc/{process.pid}")
        with contextlib.suppress(OSError):  # it has ended
            own += _kilobytes(folder / "smaps_rollup", "Pss_Anon", "Pss_Shmem")
            files.append(_kilobytes(folder / "status", "RssFile"))
    return 1024 * own, 1024 * max(files)


def _kilobytes(file: Path, *names: str) -> int:
    return sum(
        int(size) for size in re.findall(rf"^(?:{'|'.join(names)}):\s+(\d+) kB", file.read_text(), re.M)
    )
