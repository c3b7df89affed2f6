"""What the execution of a submission may take, and what its cells show when it takes more."""

from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.engine.inside.places import BACKSTOP, MEBIBYTE, Resources
from autograder.engine.meter import Limit
from autograder.practical.cells import is_test

# What went wrong with the kernel, by the name of the error that the cell shows, in words for the instructor
CELL_TIME_LIMIT, CELL_CLOCK_LIMIT = "CellTimeLimit", "CellClockLimit"
CALL_TIME_LIMIT, CALL_CLOCK_LIMIT = "CallTimeLimit", "CallClockLimit"
NOTEBOOK_TIME_LIMIT, NOTEBOOK_CLOCK_LIMIT = "NotebookTimeLimit", "NotebookClockLimit"
KERNEL_DIED, TOO_MUCH_OUTPUT = "KernelDied", "TooMuchOutput"
INTERRUPTED = "ChecksInterrupted"
INCIDENTS = {
    CELL_TIME_LIMIT: "cells stopped for using too much processor time",
    CELL_CLOCK_LIMIT: "cells stopped for waiting too long",
    CALL_TIME_LIMIT: "tests in which a call was stopped for using too much processor time",
    CALL_CLOCK_LIMIT: "tests in which a call was stopped for waiting too long",
    NOTEBOOK_TIME_LIMIT: "cells not run because the processor time of the notebook was used up",
    NOTEBOOK_CLOCK_LIMIT: "cells not run because the notebook had waited too long",
    KERNEL_DIED: "cells that ended their Python process",
    TOO_MUCH_OUTPUT: "cells stopped for printing too much",
    INTERRUPTED: "tests that were interrupted",
}
LIMIT_TYPE = "application/vnd.practicals.limit+json"  # an output: a limit that took something of a test


@dataclass(frozen=True)
class Limits:
    """What the execution of one submission may take.

    Args:
        cell_seconds: processor time for one cell, in seconds, default 30; of the clock, ten times as much.
        notebook_seconds: the same for the whole notebook, restarts of the kernel included, default 300.
        memory: MB (2**20 bytes) of private memory of all processes of one of its kernels, default 4096.
        processes: processes and threads of one of its kernels, default 160.
        cpu_seconds: processor time of any one process, in seconds, default 1200.
        cell_text_bytes: text that one cell may print, default 200,000; what is more is cut off.
        cell_image_bytes: figures of one cell, base64-encoded, default 10,000,000; further ones are left out.
    """

    cell_seconds: int = 30
    notebook_seconds: int = 300
    memory: int = Resources.memory // MEBIBYTE
    processes: int = Resources.processes
    cpu_seconds: int = Resources.cpu_seconds
    cell_text_bytes: int = 200_000
    cell_image_bytes: int = 10_000_000

    @property
    def resources(self) -> Resources:
        """What each of its kernels may use."""
        return Resources(self.memory * MEBIBYTE, self.processes, self.cpu_seconds)


def incidents(nb: NotebookNode) -> list[str]:
    """What went wrong with an executed notebook's kernel, as "cells that ended their Python process: 1"."""
    names = [
        output.ename
        for cell in nb.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    names += [
        output.data[LIMIT_TYPE]
        for cell in nb.cells
        if is_test(cell)  # a student's cell may show what it likes
        for output in cell.outputs
        if LIMIT_TYPE in output.get("data", {})
    ]
    return [f"{words}: {names.count(name)}" for name, words in INCIDENTS.items() if name in names]


def too_slow(limit: Limit, seconds: float, clock: float) -> NotebookNode:
    """The error that a cell shows that was stopped.

    Args:
        limit: the one that it exceeded.
        seconds: of processor time that it had.
        clock: seconds by the clock that it had.
    """
    if limit is Limit.PROCESSOR:
        message = f"this cell used more than {seconds:.0f} s of processor time and was stopped"
        return failure(CELL_TIME_LIMIT, f"{message}: does a loop never end?")
    message = f"this cell did not end within {clock:.0f} s by the clock and was stopped"
    return failure(CELL_CLOCK_LIMIT, f"{message}: does it wait for something?")


def out_of_time(limit: Limit, limits: Limits) -> NotebookNode:
    """The error that a cell shows that was not run any more; arguments as those of `too_slow`."""
    seconds = limits.notebook_seconds
    if limit is Limit.PROCESSOR:
        message = f"the cells before used up the {seconds:.0f} s of processor time that a notebook has."
        return failure(NOTEBOOK_TIME_LIMIT, message)
    message = f"the cells before used up the {BACKSTOP * seconds:.0f} s by the clock that a notebook has."
    return failure(NOTEBOOK_CLOCK_LIMIT, message)


def call_stopped(problem: str) -> NotebookNode:
    """What a test cell shows beside its feedback when a call of the student's code was stopped.

    Args:
        problem: "CallTimeLimit: …" or "CallClockLimit: …", as `bridge.require_no_call_stopped` raises it.
    """
    name, message = problem.split(": ", 1)
    return new_output("display_data", data={LIMIT_TYPE: name, "text/plain": message})


def failure(name: str, message: str) -> NotebookNode:
    """The output of a cell that the engine failed."""
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])
