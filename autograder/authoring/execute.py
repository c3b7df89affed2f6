"""Runs a practical's notebook, cell by cell, in a fresh kernel of this Python environment."""

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.errors import PracticalsError
from autograder.practical.cells import describe
from autograder.practical.outputs import merge_streams, without_startup_log
from course_utils.checkfile import NotebookError, kernel_client
from course_utils.data import chosen_folder

# Settings of the person who builds that would change what the notebook does
NOT_INHERITED = {"COURSE_BUDGET", "COURSE_RECORD", "COURSE_SEED", "MPLBACKEND"}


def execute(
    notebook: NotebookNode,
    practical: str,
    settings: dict[str, str],
    console: Console,
    timeout: float | None = 600,
    may_fail: Callable[[NotebookNode], bool] = lambda cell: False,
) -> float:
    """Execute the notebook in place, in an empty temporary folder, showing which cell runs.

    Args:
        notebook: what to execute; receives outputs and execution counts, consecutive stream outputs merged.
        practical: name for messages.
        settings: environment variables, such as `COURSE_BUDGET`, added to those of this process.
        console: where progress is shown.
        timeout: seconds that one cell may take, default 600; None for no limit.
        may_fail: whether an error in this cell is left in its outputs rather than raised, default never.

    Returns:
        the seconds that the cells took, start of the kernel not counted.

    Raises:
        PracticalsError: no kernel starts, or a cell failed, took too long or killed it.
    """
    environment = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED} | settings
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    with (
        tempfile.TemporaryDirectory(prefix=f"{practical}-") as folder,
        # TensorFlow's start writes to the process's own stderr: of use only if the kernel dies
        tempfile.TemporaryFile() as last_words,
        _kernel_client(
            notebook, {"cwd": folder, "env": environment, "stderr": last_words}, timeout
        ) as client,
        progress,
    ):
        start = time.monotonic()
        task = progress.add_task(practical, total=len(notebook.cells))
        for index, cell in enumerate(notebook.cells):
            progress.update(task, description=f"{practical}  {describe(cell, index)}")
            try:
                _execute_cell(client, cell, index, practical, may_fail(cell))
            except DeadKernelError as error:
                last_words.seek(0)
                said = last_words.read().decode("utf-8", errors="replace").strip()[-2000:]
                raise PracticalsError(
                    f"{practical}: {describe(cell, index)} killed its kernel",
                    f"See whether it needs more memory than there is. The kernel's last words:\n{said}",
                ) from error
            if cell.cell_type == "code":
                cell.outputs = without_startup_log(merge_streams(cell.outputs))
                _refuse_paths(cell, index, practical, folder)
            progress.advance(task)
        return time.monotonic() - start


@contextmanager
def _kernel_client(
    notebook: NotebookNode, launch: dict[str, Any], timeout: float | None
) -> Iterator[NotebookClient]:
    try:
        with kernel_client(notebook, launch, timeout=timeout, record_timing=False) as client:
            yield client
    except NotebookError as error:
        raise PracticalsError(error.problem, error.remedy) from error


def _execute_cell(
    client: NotebookClient, cell: NotebookNode, index: int, practical: str, may_fail: bool
) -> None:
    where = f"{practical}: {describe(cell, index)}"
    try:
        client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
    except CellExecutionError as error:
        if not may_fail:
            raise _failed(where, error.ename, error.evalue, cell) from error
    except CellTimeoutError as error:
        raise PracticalsError(
            f"{where} ran for more than {client.timeout:.0f} seconds", "Give it less to do at this budget"
        ) from error
    # %%capture and %run catch what their code raises: the kernel reports success, so nbclient raises nothing
    caught = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
    if caught and not may_fail and "raises-exception" not in cell.metadata.get("tags", ()):
        raise _failed(where, caught[0].ename, caught[0].evalue, cell)


def _failed(where: str, name: str, message: str, cell: NotebookNode) -> PracticalsError:
    return PracticalsError(
        f"{where} raised {name}: {message}",
        f"Fix the cell and run the command again. Where:\n{_traceback(cell)}",
    )


def _refuse_paths(cell: NotebookNode, index: int, practical: str, folder: str) -> None:
    """Outputs that hold a path of this machine differ on every other one, and tell readers about this one."""
    data = str(chosen_folder() or folder)
    places = [folder, os.path.realpath(folder), data, os.path.realpath(data)]
    for output in cell.outputs:
        shown = [
            output.get("text", ""),
            *(v for k, v in output.get("data", {}).items() if k.startswith("text/")),
        ]
        for text in shown:
            for path in (*places, str(Path.cwd()), str(Path.home()), sys.prefix):
                if len(Path(path).parts) > 1 and path in text:
                    line = next(line for line in text.splitlines() if path in line)
                    raise PracticalsError(
                        f"{practical}: the output of {describe(cell, index)} holds a path of this machine: "
                        f"{line.strip()[:160]}",
                        "Show a path relative to the working folder, or only its name",
                    )


def _traceback(cell: NotebookNode) -> str:
    lines = [line for output in cell.outputs if output.output_type == "error" for line in output.traceback]
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines))  # without colours
