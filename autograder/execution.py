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
from autograder.notebooks import describe
from course_utils.checkfile import NotebookError, kernel_client

# Settings of the person who builds that would change what the notebook does
NOT_INHERITED = {"COURSE_BUDGET", "COURSE_RECORD", "COURSE_SEED", "MPLBACKEND"}

# abseil's log format, as in "I0000 00:00:1795308776.019549   11304 cpu_feature_guard.cc:227] …", what comes
# before its first line, and the one message of several lines
STARTUP_LOG = re.compile(
    r"[IWEF]\d{4} [\d:.]+ +\d+ \S+:\d+\] |WARNING: All log messages before absl|To enable the following instr"
)


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


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    r"""Consecutive pieces of the same stream joined, and text that a `\r` overwrote left out.

    How a kernel cuts a stream into messages depends on timing; joined, two runs of a cell agree.
    """
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    for output in merged:
        if output.output_type == "stream":
            output.text = re.sub(r"^.*\r(?=[^\n])", "", output.text, flags=re.MULTILINE)
    return merged


def without_startup_log(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs without the lines that TensorFlow logs about this machine: they hold times and process ids."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            output.text = "".join(
                line for line in output.text.splitlines(True) if not STARTUP_LOG.match(line)
            )
        if output.output_type != "stream" or output.text:
            kept.append(output)
    return kept


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
            raise PracticalsError(
                f"{where} raised {error.ename}: {error.evalue}",
                f"Mend the cell and run the command again. Where:\n{_traceback(cell)}",
            ) from error
    except CellTimeoutError as error:
        raise PracticalsError(
            f"{where} ran for more than {client.timeout:.0f} seconds", "Give it less to do at this budget"
        ) from error


def _refuse_paths(cell: NotebookNode, index: int, practical: str, folder: str) -> None:
    """Outputs that hold a path of this machine differ on every other one, and tell readers about this one."""
    for output in cell.outputs:
        shown = [
            output.get("text", ""),
            *(v for k, v in output.get("data", {}).items() if k.startswith("text/")),
        ]
        for text in shown:
            for path in (folder, os.path.realpath(folder), str(Path.cwd()), str(Path.home()), sys.prefix):
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
