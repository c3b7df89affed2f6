"""Executes a rebuilt submission; goes on after endless loops, killed kernels and floods of output."""

import asyncio
import copy
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import zmq
import zmq.asyncio
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Float

from autograder.engine.assignment import given_files
from autograder.engine.client import BoundedClient
from autograder.engine.limits import KERNEL_DIED, TOO_MUCH_OUTPUT, Limits, failure, out_of_time, too_slow
from autograder.engine.rebuild import EXPERIMENT
from autograder.execution import merge_streams
from autograder.notebooks import is_test
from course_utils.checkfile import ThisEnvironment

NOT_RUN = "Not run when grading: this cell shows an experiment, and nothing graded needs it."
STARTUP_SECONDS = 60
MAX_MESSAGE_BYTES = 50_000_000
# Settings of the person who grades that would change what the notebook does, or say that it is being graded
NOT_INHERITED = {"COURSE_BUDGET", "COURSE_RECORD", "MPLBACKEND", "NBGRADER_EXECUTION"}


class ExecuteSubmission(Execute):
    """In place of nbgrader's `Execute` in `Autograde.autograde_preprocessors`; `timeout` limits a cell."""

    notebook_seconds = Float(300, help="seconds that a whole notebook may take").tag(config=True)

    @property
    def limits(self) -> Limits:
        """The limits that the configuration sets."""
        return Limits(cell_seconds=self.timeout, notebook_seconds=self.notebook_seconds)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Execute the notebook in a working folder of its own; see `execute_notebook`."""
        coursedir = self.parent.parent.coursedir
        with working_folder(coursedir, resources["nbgrader"]["assignment"]) as folder:
            return execute_notebook(nb, self.limits, folder), resources


@contextmanager
def working_folder(coursedir: CourseDirectory, assignment_id: str) -> Iterator[Path]:
    """A temporary folder with what the course hands out beside the notebook, and nothing of the student's."""
    with tempfile.TemporaryDirectory(prefix=f"{assignment_id}-", ignore_cleanup_errors=True) as name:
        for relative, file in given_files(coursedir, assignment_id).items():
            target = Path(name, relative)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        yield Path(name)


def execute_notebook(nb: NotebookNode, limits: Limits, workdir: Path) -> NotebookNode:
    """Execute a rebuilt submission. **The seam**: an engine that isolates the student's code replaces this.

    Cells tagged `experiment` are left out. A cell that exceeds its time is interrupted. When it does not
    react, or when the kernel died, a fresh kernel runs the cells before it again, except test cells and those
    that ended a kernel, and the rest of the notebook follows: marks that were earned stay earned. When the
    time of the notebook is used up, the cells that are left fail with a message. What test cells wrote on
    stderr is moved to stdout, because nbgrader gives 0 points for it.

    Args:
        nb: from `rebuild`.
        limits: time and output that it may take.
        workdir: the kernel's working folder.

    Returns:
        a copy of the notebook with outputs.

    Raises:
        RuntimeError: no kernel could be started.
    """
    executed = copy.deepcopy(nb)
    run_to_end(_execute(executed, limits, workdir))
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs = merge_streams(cell.outputs)
            if is_test(cell):
                cell.outputs = stderr_to_stdout(cell.outputs)
    return executed


def run_to_end(work: Coroutine) -> None:
    """Run a coroutine to its end, also where an event loop runs already, as in the Formgrader."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
    else:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, work).result()


async def _execute(nb: NotebookNode, limits: Limits, workdir: Path) -> None:
    deadline = time.monotonic() + limits.notebook_seconds
    fatal: set[int] = set()  # cells that ended a kernel
    kernel = None
    try:
        for index, cell in enumerate(nb.cells):
            if cell.cell_type != "code":
                continue
            if EXPERIMENT in cell.metadata.get("tags", []):
                cell.outputs = [new_output("stream", name="stdout", text=NOT_RUN)]
                continue
            if kernel is None:
                kernel = await _started(nb, index, limits, workdir, deadline, fatal)
            if kernel is None:
                cell.outputs = [out_of_time(limits)]
                continue
            if not await kernel.run(cell, index, deadline):
                fatal.add(index)
                await kernel.stop()
                kernel = None
    finally:
        if kernel is not None:
            await kernel.stop()


async def _started(
    nb: NotebookNode, index: int, limits: Limits, workdir: Path, deadline: float, fatal: set[int]
) -> "_Kernel | None":
    """A kernel that has run what precedes a cell; None when the time of the notebook was used up first."""
    while time.monotonic() < deadline:
        # a copy: what these cells printed the first time stays
        again = copy.deepcopy(nb)
        kernel = _Kernel(again, limits, workdir)
        try:
            await kernel.start()
            ended_by = await _replay(kernel, again.cells[:index], deadline, fatal)
        except BaseException:
            await kernel.stop()
            raise
        if ended_by is None:
            kernel.client.nb = nb
            return kernel
        fatal.add(ended_by)
        await kernel.stop()
    return None


async def _replay(
    kernel: "_Kernel", cells: list[NotebookNode], deadline: float, fatal: set[int]
) -> int | None:
    """Run cells again, except tests and those that ended a kernel; return the one that ends this kernel."""
    for index, cell in enumerate(cells):
        left_out = is_test(cell) or EXPERIMENT in cell.metadata.get("tags", []) or index in fatal
        if cell.cell_type == "code" and not left_out and not await kernel.run(cell, index, deadline):
            return index
    return None


class _Kernel:
    """A kernel of this Python environment and the client that talks to it, over unix sockets."""

    def __init__(self, nb: NotebookNode, limits: Limits, workdir: Path):
        self.limits = limits
        self.workdir = workdir
        self.runtime = tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
        self.ipython_dir = f"{self.runtime.name}/ipython"
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=ThisEnvironment(),
            transport="ipc",
            ip=f"{self.runtime.name}/socket",
            connection_file=f"{self.runtime.name}/connection.json",
            context=self.context,
        )
        self.client = BoundedClient(nb, km=self.manager, limits=limits)

    async def start(self) -> None:
        """Start the kernel and wait for it."""
        environment = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
        environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # that there is no GPU is no news to students
        environment |= {"COURSE_BUDGET": "quick", "IPYTHONDIR": self.ipython_dir}
        await self.manager.start_kernel(
            cwd=str(self.workdir),
            env=environment,
            extra_arguments=["--HistoryManager.hist_file=:memory:"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client.kc = self.manager.client(context=self.context)
        self.client.kc.start_channels()
        await self.client.kc.wait_for_ready(timeout=STARTUP_SECONDS)
        self.client.kc.allow_stdin = False

    async def run(self, cell: NotebookNode, index: int, deadline: float) -> bool:
        """Run a cell; return whether the kernel is there for the next one."""
        left = deadline - time.monotonic()
        if left <= 0:
            cell.outputs = [out_of_time(self.limits)]
            return True
        seconds = min(self.limits.cell_seconds, left)
        self.client.timeout_func = lambda _: seconds
        self.client.error_on_timeout = dict(too_slow(seconds))
        start = time.monotonic()
        try:
            await self.client.async_execute_cell(cell, index)
        except DeadKernelError:
            cell.outputs.append(
                failure(
                    KERNEL_DIED,
                    "the Python process ended in this cell: it exited, crashed or ran out of memory.",
                )
            )
            return False
        except CellTimeoutError:
            if time.monotonic() - start > seconds:
                cell.outputs.append(too_slow(seconds))
            else:
                cell.outputs.append(
                    failure(TOO_MUCH_OUTPUT, "this cell printed more than could be read; it was stopped.")
                )
            return False
        return True

    async def stop(self) -> None:
        """Kill the kernel and the processes that it started; leave no socket, descriptor or file."""
        try:
            await self.manager.shutdown_kernel(now=True)
        finally:
            _kill_those_with("IPYTHONDIR", self.ipython_dir)
            if self.client.kc is not None:
                self.client.kc.stop_channels()
            self.context.destroy(linger=0)
            self.runtime.cleanup()


def _kill_those_with(variable: str, value: str) -> None:
    """Kill what a kernel started and what outlived it, told by an environment variable that it inherited."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(variable) == value:
                process.kill()


def stderr_to_stdout(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Streams joined as one, on stdout: nbgrader gives 0 points for a word on stderr."""
    for output in outputs:
        if output.output_type == "stream":
            output.name = "stdout"
    return merge_streams(outputs)
