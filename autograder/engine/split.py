"""Executes a rebuilt submission: the student's cells in a sandboxed kernel, test cells in a trusted one.

The same interface as `execute`: `execute_notebook` for a notebook, `ExecuteSplit` for nbgrader's list of
preprocessors.
"""

import base64
import copy
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Bool

from autograder.engine import execute, sandbox
from autograder.engine.assignment import given_files, source_notebook
from autograder.engine.client import REACTION_SECONDS, BoundedClient
from autograder.engine.kernel import ForkedKernel, KernelParent
from autograder.engine.limits import KERNEL_DIED, TOO_MUCH_OUTPUT, Limits, failure, out_of_time, too_slow
from autograder.engine.names import Plan, plan, stored_names
from autograder.engine.parents import data_folder, kernel_parent
from autograder.engine.rebuild import EXPERIMENT
from autograder.execution import merge_streams
from autograder.notebooks import grade_id, is_exercise, is_test, read_notebook

CUSTOM_MODELS = "student-classes"  # tag of test cells that take models with classes of the student's own
MAX_RESTARTS = 6  # of either kernel, for one submission
MAX_FILES = 16 * 2**20  # bytes of the files that the course hands out beside a notebook
WARNING = "Graded without a sandbox: this submission could read and change files and use the network."
WARNING_ONE_PROCESS = "Its tests ran in its own process: it could change what they found."


class ExecuteSplit(execute.ExecuteSubmission):
    """In place of nbgrader's `Execute`: isolates the student's code."""

    sandbox = Bool(True, help="False: no bubblewrap, only resource limits").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Execute the notebook; see `execute_notebook`."""
        coursedir = self.parent.parent.coursedir
        names = resources["nbgrader"]
        source = source_notebook(coursedir, names["assignment"], names["notebook"])
        if self.sandbox:
            sandbox.require_out_of_sight(Path(coursedir.root), source, data=data_folder())
        references = reference_names(source)
        files = read_files(given_files(coursedir, names["assignment"]))
        executed = execute_notebook(nb, self.limits, files, references=references, sandboxed=self.sandbox)
        return executed, resources


def reference_names(source: Path) -> dict[str, set[str]]:
    """By grade_id, the names that the reference solutions of a source notebook store."""
    cells = read_notebook(source).cells
    return {grade_id(cell): stored_names(cell.source) for cell in cells if is_exercise(cell)}


def execute_notebook(
    nb: NotebookNode,
    limits: Limits,
    files: dict[str, bytes],
    *,
    references: dict[str, set[str]] | None = None,
    sandboxed: bool = True,
    seconds: Counter | None = None,
) -> NotebookNode:
    """Execute a rebuilt submission; the student's code sees nothing of the grader, and no test cell.

    As `execute.execute_notebook` for cells that take too long, kill their kernel or print too much. A test
    cell that outlives its kernels costs itself; marks earned before stay earned.

    Args:
        nb: from `rebuild`.
        limits: time and output that it may take.
        files: content of the files that the course hands out, by path in the working folder.
        references: see `names.plan`.
        sandboxed: False runs without bubblewrap; the notebook's notes then say so.
        seconds: receives the time that each part took: `start` (of kernels), `student` (the student's and
            the given cells), `tests`, `stop`.

    Returns:
        a copy of the notebook with outputs.

    Raises:
        SandboxUnavailable: this machine cannot isolate student code.
        ParentEnded: the parent of all kernels ended, which says nothing about this submission.
        RuntimeError: no kernel could be started.
    """
    if not (sandboxed or sandbox.HAS_NAMESPACES):
        return _in_one_process(nb, limits, files)
    parent = kernel_parent(sandboxed=sandboxed)
    seconds = Counter() if seconds is None else seconds
    for _ in range(2):
        executed = copy.deepcopy(nb)
        run = _Run(executed, plan(executed, references), limits, files, parent, seconds)
        try:
            execute.run_to_end(run.notebook())
        finally:
            parent.require_alive()  # otherwise outputs and errors say nothing about this submission
        if not run.kernel_was_killed:
            break  # else once more: it may have been through no fault of the submission
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs = merge_streams(cell.outputs)
            if is_test(cell):
                cell.outputs = execute.stderr_to_stdout(cell.outputs)
    notes = executed.metadata.setdefault("practicals", {}).setdefault("notes", [])
    notes += run.notes + ([] if sandboxed else [WARNING])
    return executed


def _in_one_process(nb: NotebookNode, limits: Limits, files: dict[str, bytes]) -> NotebookNode:
    """Where kernels cannot be forked and isolated: all cells in one ordinary kernel, and the notes say so."""
    with tempfile.TemporaryDirectory(prefix="work-", ignore_cleanup_errors=True) as folder:
        for name, content in files.items():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        executed = execute.execute_notebook(nb, limits, Path(folder))
    executed.metadata["practicals"]["notes"] += [WARNING, WARNING_ONE_PROCESS]
    return executed


def read_files(paths: dict[str, Path]) -> dict[str, bytes]:
    """Content of files, by their path in the working folder; of at most 16 MB in all."""
    files, size = {}, 0
    for name, path in paths.items():
        size += path.stat().st_size
        if size > MAX_FILES:
            break
        files[name] = path.read_bytes()
    return files


class _Client(BoundedClient):
    """A bounded client without widgets, whose state nbclient keeps whatever its size."""

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict, cell_index: int) -> None:
        """Ignore a widget's message."""


class _Side:
    """A kernel and the nbclient that runs cells in it.

    Args:
        kernel: a forked kernel.
        nb: the notebook that receives outputs.
        limits: time and output of a cell.
    """

    def __init__(self, kernel: ForkedKernel, nb: NotebookNode, limits: Limits):
        self.kernel, self.limits = kernel, limits
        self.client = _Client(nb, km=kernel, limits=limits)

    async def start(self, files: dict[str, bytes]) -> None:
        """Attach, and write files into the working folder."""
        self.client.kc = await self.kernel.attach()
        for name, content in files.items():
            text = base64.b64encode(content).decode()
            await self.call(
                f"import base64, pathlib\n_path = pathlib.Path({name!r})\n"
                "_path.parent.mkdir(parents=True, exist_ok=True)\n"
                f"_path.write_bytes(base64.b64decode({text!r})); del _path, base64, pathlib",
                20,
            )

    async def run(self, cell: NotebookNode, index: int, seconds: float) -> bool:
        """Run a cell, outputs into it; whether the kernel is there for the next one."""
        self.client.timeout_func = lambda _: seconds
        self.client.error_on_timeout = dict(too_slow(seconds))
        start = time.monotonic()
        try:
            await self.client.async_execute_cell(cell, index)
        except DeadKernelError:
            await self.kernel.is_alive()
            why = self.kernel.why_ended()
            cell.outputs.append(failure(KERNEL_DIED, f"the Python process ended in this cell: {why}."))
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

    async def call(self, code: str, seconds: float) -> str | None:
        """Run code that shows nothing; None when it went well, else what went wrong."""
        client = self.client.kc
        request = client.execute(code, silent=True, store_history=False, stop_on_error=False)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if await client.shell_channel.socket.poll(min(left, 1) * 1000):
                message = await client.get_shell_msg(timeout=1)
                if message["parent_header"].get("msg_id") == request:
                    content = message["content"]
                    return None if content["status"] == "ok" else f"{content['ename']}: {content['evalue']}"
            elif not await self.kernel.is_alive():
                return "the kernel ended"
        return f"it took more than {seconds:.0f} s"


class _Run:
    """The execution of one submission.

    Args:
        nb: the notebook, changed in place.
        plan: which names are the student's.
        limits: time and output.
        files: what the course hands out beside the notebook.
        parent: where kernels are forked.
        seconds: receives the time that each part takes.
    """

    def __init__(
        self,
        nb: NotebookNode,
        plan: Plan,
        limits: Limits,
        files: dict[str, bytes],
        parent: KernelParent,
        seconds: Counter,
    ):
        self.nb, self.plan, self.limits, self.files, self.parent = nb, plan, limits, files, parent
        self.seconds = seconds
        self.deadline = time.monotonic() + limits.notebook_seconds
        self.student: _Side | None = None
        self.trusted: _Side | None = None
        self.restarts = {"student": -1, "trusted": -1}  # the first start is none
        self.fatal: set[int] = set()  # cells that ended a kernel
        self.notes: list[str] = []
        self.kernel_was_killed = False

    async def notebook(self) -> None:
        """Run all cells."""
        try:
            for index, cell in enumerate(self.nb.cells):
                if cell.cell_type != "code":
                    continue
                if EXPERIMENT in cell.metadata.get("tags", []):
                    cell.outputs = [new_output("stream", name="stdout", text=execute.NOT_RUN)]
                elif self._seconds() <= 0:
                    cell.outputs = [out_of_time(self.limits)]
                elif is_test(cell):
                    await self._test(cell, index)
                else:
                    await self._students(cell, index)
        finally:
            with self._timed("stop"):
                for side in (self.student, self.trusted):
                    if side is not None:
                        side.kernel.stop()

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[part] += time.monotonic() - start

    def _seconds(self) -> float:
        """Time that the next cell has."""
        return min(self.limits.cell_seconds, self.deadline - time.monotonic())

    # --- the student's kernel -------------------------------------------------------------------------------

    async def _students(self, cell: NotebookNode, index: int) -> None:
        if not await self._student_ready(index):
            cell.outputs = [failure("NotRun", f"this cell was not run: {self._gone()}.")]
            return
        with self._timed("student"):
            ended_well = await self.student.run(cell, index, max(self._seconds(), 1))
        if ended_well:
            await self._tidy()
        else:
            self._lost(index)
        if index in self.plan.beside and self.trusted is not None:
            await self._beside(index)

    async def _student_ready(self, index: int) -> bool:
        """Whether there is a student kernel that has run what precedes a cell; starts one if need be."""
        while self.student is None:
            if self.restarts["student"] >= MAX_RESTARTS or self._seconds() <= 0:
                return False
            self.restarts["student"] += 1
            # a copy: what these cells printed the first time stays
            again = copy.deepcopy(self.nb)
            with self._timed("start"):
                side = _Side(self.parent.fork(), again, self.limits)
            try:
                with self._timed("start"):
                    await side.start(self.files)
                ended_by = await self._replay(side, again, index)
            except BaseException:
                side.kernel.stop()
                raise
            if ended_by is None:
                side.client.nb = self.nb
                self.student = side
            else:
                self.fatal.add(ended_by)
                self.kernel_was_killed |= side.kernel.was_killed
                side.kernel.stop()
        return True

    async def _replay(self, side: _Side, nb: NotebookNode, end: int) -> int | None:
        """Run the cells before `end` again, but no tests or `fatal` ones; the one that ends this kernel."""
        for index, cell in enumerate(nb.cells[:end]):
            left_out = is_test(cell) or EXPERIMENT in cell.metadata.get("tags", []) or index in self.fatal
            if cell.cell_type != "code" or left_out:
                continue
            if self._seconds() <= 0 or not await side.run(cell, index, self._seconds()):
                return index
        return None

    def _lost(self, index: int | None) -> None:
        """Give up a student kernel that ended or is stuck; `index` is the cell that did it, if one did."""
        if index is not None:
            self.fatal.add(index)
        self.kernel_was_killed |= self.student.kernel.was_killed
        self.student.kernel.stop()
        self.student = None

    async def _tidy(self) -> None:
        await self.student.kernel.tidy()

    def _gone(self) -> str:
        return "your code ended its Python process, or stopped answering, too often"

    # --- the tests' kernel ----------------------------------------------------------------------------------

    async def _test(self, cell: NotebookNode, index: int) -> None:
        names = self.plan.names.get(index, [])
        ready = await self._student_ready(index) if names else True
        if not await self._trusted_ready(index):
            cell.outputs = [failure("NotChecked", "the process that runs the checks ended too often.")]
            return
        with self._timed("tests"):
            seconds = max(self._seconds(), 1)
            gone = None if ready else self._gone()
            problem = await self.trusted.call(self._prepare(cell, names, gone, seconds), seconds)
            if problem is not None:
                cell.outputs = [failure("NotChecked", f"your answer could not be read: {problem}")]
                self._drop_trusted()
            elif not await self.trusted.run(cell, index, seconds):
                self._drop_trusted()
            await self._student_after_test()

    def _prepare(self, cell: NotebookNode, names: list[str], gone: str | None, seconds: float) -> str:
        kernel = self.student.kernel if self.student else None
        settings = {
            "folder": kernel.seen_by_tests if kernel else "",
            "agent_folder": kernel.seen_by_itself if kernel else "",
            "key": kernel.key if kernel else "",
            "max_message": self.parent.limits.message,
            "seconds": seconds,
            "custom_models": CUSTOM_MODELS in cell.metadata.get("tags", []),
            "gone": gone,
        }
        module = "__import__('autograder.engine.bridge', fromlist=['prepare'])"
        return f"{module}.prepare(get_ipython().user_ns, {names!r}, **{settings!r})"

    async def _trusted_ready(self, index: int) -> bool:
        """Whether there is a kernel for tests, with what they need of earlier cells; starts one."""
        if self.trusted is None:
            if self.restarts["trusted"] >= MAX_RESTARTS:
                return False
            self.restarts["trusted"] += 1
            try:
                with self._timed("start"):
                    self.trusted = _Side(self.parent.fork(trusted=True), self.nb, self.limits)
                    await self.trusted.start(self.files)
            except BaseException:
                if self.trusted is not None:
                    self._drop_trusted()
                raise
            for before in range(index):
                if before in self.plan.beside:
                    await self._beside(before)
                elif self.plan.definitions.get(before):
                    await self.trusted.call(self.plan.definitions[before], max(self._seconds(), 1))
        return True

    async def _beside(self, index: int) -> None:
        """Run in the tests' kernel what tests need of a given cell."""
        problem = await self.trusted.call(self.plan.beside[index], max(self._seconds(), 1))
        if problem is not None:
            self.notes.append(
                f"A given cell that tests need could not run beside them (cell {index + 1}): {problem}"
            )

    def _drop_trusted(self) -> None:
        self.kernel_was_killed |= self.trusted.kernel.was_killed
        self.trusted.kernel.stop()
        self.trusted = None

    async def _student_after_test(self) -> None:
        """A function that a test called may still run, or may have ended the kernel."""
        if self.student is None:
            return
        kernel = self.student.kernel
        if not await kernel.responds(1) and await kernel.is_alive():
            await kernel.interrupt_kernel()
            await kernel.responds(REACTION_SECONDS)
        if await kernel.is_alive() and await kernel.responds(1):
            await self._tidy()
        else:
            self._lost(None)
