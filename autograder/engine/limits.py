"""What the execution of a submission may take, and what its cells show when it takes more."""

from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_output

# What went wrong with the kernel, by the name of the error that the cell shows, in words for the instructor
CELL_TIME_LIMIT, NOTEBOOK_TIME_LIMIT = "CellTimeLimit", "NotebookTimeLimit"
KERNEL_DIED, TOO_MUCH_OUTPUT = "KernelDied", "TooMuchOutput"
INCIDENTS = {
    CELL_TIME_LIMIT: "stopped for running too long",
    NOTEBOOK_TIME_LIMIT: "not run for want of time",
    KERNEL_DIED: "that ended their Python process",
    TOO_MUCH_OUTPUT: "stopped for printing too much",
}


@dataclass(frozen=True)
class Limits:
    """What the execution of one submission may take.

    Args:
        cell_seconds: time for one cell, default 30.
        notebook_seconds: time for the whole notebook, restarts of the kernel included, default 300.
        cell_text_bytes: text that one cell may print, default 200,000; what is more is cut off.
        cell_image_bytes: figures of one cell, base64-encoded, default 10,000,000; further ones are left out.
    """

    cell_seconds: float = 30
    notebook_seconds: float = 300
    cell_text_bytes: int = 200_000
    cell_image_bytes: int = 10_000_000


def incidents(nb: NotebookNode) -> list[str]:
    """What went wrong with an executed notebook's kernel, as "cells stopped for running too long: 1"."""
    names = [
        output.ename
        for cell in nb.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    return [f"cells {words}: {names.count(name)}" for name, words in INCIDENTS.items() if name in names]


def too_slow(seconds: float) -> NotebookNode:
    """The error that a cell shows that was stopped."""
    message = f"this cell ran for more than {seconds:.0f} s and was stopped: does a loop never end?"
    return failure(CELL_TIME_LIMIT, message)


def out_of_time(limits: Limits) -> NotebookNode:
    """The error that a cell shows that was not run any more."""
    seconds = limits.notebook_seconds
    return failure(NOTEBOOK_TIME_LIMIT, f"the cells before used up the {seconds:.0f} s that a notebook has.")


def failure(name: str, message: str) -> NotebookNode:
    """The output of a cell that the engine failed."""
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])
