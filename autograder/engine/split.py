"""Executes a rebuilt submission: the student's cells in a sandboxed kernel, test cells in a trusted one.

Where kernels cannot be forked, one ordinary kernel runs both.
"""

import asyncio
import copy
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.engine import sandbox
from autograder.engine.bounded_client import REACTION_SECONDS
from autograder.engine.faults import CourseCellFailed
from autograder.engine.inside.places import BACKSTOP, MESSAGE
from autograder.engine.kernel import ForkedKernel
from autograder.engine.limits import (
    CALL_CLOCK_LIMIT,
    CALL_TIME_LIMIT,
    INCIDENTS,
    Limits,
    call_stopped,
    failure,
    out_of_time,
)
from autograder.engine.meter import Limit
from autograder.engine.ownership import Plan, independent_cells, plan, stored_names
from autograder.engine.parents import kernel_parent
from autograder.engine.plain import PlainKernel
from autograder.engine.side import Kernel, Side
from autograder.practical.cells import describe, grade_id, is_test
from autograder.practical.outputs import merge_streams
from course_utils.experiments import is_experiment

CUSTOM_MODELS = "student-classes"  # tag of test cells that take models with classes of the student's own
BRIDGE = "__import__('autograder.engine.inside.bridge', fromlist=['prepare'])"
MAX_RESTARTS = 6  # of either kernel, for one submission
LOST = "the cell that defines `{name}` did not come to its end: {why}"
MAY_FAIL = "raises-exception"  # Jupyter's tag of cells that show an error on purpose
NOT_RUN = "Not run when grading: this cell shows an experiment, and nothing graded needs it."
WARNING = "Graded without a sandbox: this submission could read and change files and use the network."
WARNING_ONE_PROCESS = "Its tests ran in its own process: it could change what they found."


def execute_notebook(
    nb: NotebookNode,
    limits: Limits,
    files: dict[str, bytes],
    *,
    references: dict[str, set[str]] | None = None,
    sandboxed: bool = True,
    seconds: dict[str, float] | None = None,
) -> NotebookNode:
    """Execute a rebuilt submission; the student's code sees nothing of the grader, and no test cell.

    Cells tagged `experiment` are left out. A cell that exceeds its processor time is interrupted, and so is
    one that takes ten times as much by the clock. When it does not react, or when the kernel died, a fresh
    kernel runs the cells before it again, except test cells and those that ended a kernel, and the rest of
    the notebook follows: marks that were earned stay earned. A test cell that outlives its kernels costs
    itself. When the time of the notebook is used up, the cells that are left fail with a message. What test
    cells wrote on stderr is moved to stdout, because nbgrader gives 0 points for it.

    Args:
        nb: from `rebuild`.
        limits: what it may take; memory, processes and processor time only where kernels are forked.
        files: content of the files that the course hands out, by path in the working folder.
        references: see `ownership.plan`.
        sandboxed: False runs without bubblewrap; the notebook's notes then say so. Where kernels cannot be
            forked either, all cells run in one ordinary kernel, and the notes say that, too.
        seconds: receives the time that each part took: `start` (of kernels), `student` (the student's and
            the given cells), `tests` (and `tests/GRADE_ID` for each, where kernels are forked), `stop`.

    Returns:
        a copy of the notebook with outputs.

    Raises:
        SandboxUnavailable: this machine cannot isolate student code.
        CourseCellFailed: a given cell that uses no answer failed, and it fails without the student's, too.
        ParentEnded: the parent of all kernels ended, which says nothing about this submission.
        RuntimeError: no kernel could be started.
    """
    seconds = {} if seconds is None else seconds
    if not (sandboxed or sandbox.HAS_NAMESPACES):
        with _folder_with(files) as folder:
            executed = execute_in_one_kernel(nb, limits, folder, seconds)
        return _with_notes(executed, [WARNING, WARNING_ONE_PROCESS])
    parent = kernel_parent(sandboxed=sandboxed)
    for _ in range(2):
        executed = copy.deepcopy(nb)
        fork = partial(parent.fork, limits.resources)
        run = _Run(executed, limits, fork, seconds, files, plan(executed, references))
        try:
            _run_to_end(run.notebook())
        finally:
            parent.require_alive()  # otherwise outputs and errors say nothing about this submission
        if not run.kernel_was_killed:
            break  # else once more: it may have been through no fault of the submission
    return _with_notes(_with_outputs_joined(executed), run.notes + ([] if sandboxed else [WARNING]))


def execute_in_one_kernel(
    nb: NotebookNode, limits: Limits, workdir: Path, seconds: dict[str, float] | None = None
) -> NotebookNode:
    """As `execute_notebook`, all cells in one ordinary kernel at a time, which nothing isolates.

    Args:
        nb, limits, seconds: as for `execute_notebook`.
        workdir: the working folder; what one kernel leaves there, the next one finds.

    Raises:
        CourseCellFailed: as for `execute_notebook`.
        RuntimeError: no kernel could be started.
    """
    executed = copy.deepcopy(nb)
    run = _Run(executed, limits, lambda: PlainKernel(workdir), {} if seconds is None else seconds)
    _run_to_end(run.notebook())
    return _with_outputs_joined(executed)


def _run_to_end(work: Coroutine) -> None:
    """Run a coroutine to its end, also where an event loop runs already, as in the Formgrader."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
    else:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, work).result()


@contextmanager
def _folder_with(files: dict[str, bytes]) -> Iterator[Path]:
    """A temporary folder with these files."""
    with tempfile.TemporaryDirectory(prefix="work-", ignore_cleanup_errors=True) as folder:
        for name, content in files.items():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        yield Path(folder)


def _with_outputs_joined(executed: NotebookNode) -> NotebookNode:
    """Streams joined; those of test cells as one, on stdout: nbgrader gives 0 points for a word on stderr."""
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs = merge_streams(cell.outputs)
            if is_test(cell):
                for output in cell.outputs:
                    if output.output_type == "stream":
                        output.name = "stdout"
                cell.outputs = merge_streams(cell.outputs)
    return executed


def _with_notes(executed: NotebookNode, notes: list[str]) -> NotebookNode:
    executed.metadata.setdefault("practicals", {}).setdefault("notes", []).extend(notes)
    return executed


def _error(cell: NotebookNode) -> str | None:
    """The error that a cell ended in, in a line; None if it ended well, or may fail."""
    if MAY_FAIL in cell.metadata.get("tags", []):
        return None
    errors = (output for output in cell.outputs if output.output_type == "error")
    return next((f"{one.ename}: {one.evalue}".splitlines()[0][:200] for one in errors), None)


class _Run:
    """The execution of one submission: in two kernels, or in one that also runs the tests.

    Args:
        nb: the notebook, changed in place.
        limits: time and output.
        fork: makes a kernel; one for tests with `trusted=True`.
        seconds: receives the time that each part takes.
        files: what is written into the working folder of each kernel.
        plan: which names are the student's; None runs the tests in the student's kernel.
    """

    def __init__(
        self,
        nb: NotebookNode,
        limits: Limits,
        fork: Callable[..., Kernel],
        seconds: dict[str, float],
        files: dict[str, bytes] | None = None,
        plan: Plan | None = None,
    ):
        self.nb, self.limits, self.fork, self.seconds = nb, limits, fork, seconds
        self.files, self.plan = files or {}, plan
        self.deadline = time.monotonic() + BACKSTOP * limits.notebook_seconds
        self.kernels: list[Kernel] = []  # all that there were: what they used counts
        self.student: Side | None = None
        self.trusted: Side | None = None
        self.restarts = {"student": -1, "trusted": -1}  # the first start is none
        self.independent = independent_cells(nb)
        self.fatal: set[int] = set()  # cells that ended a kernel
        self.latest: int | None = None  # the cell that the student's kernel ran last
        self.lost: dict[str, str] = {}  # names that a cell would have defined that was stopped → why
        self.notes: list[str] = []
        self.kernel_was_killed = False

    async def notebook(self) -> None:
        """Run all cells."""
        try:
            for index, cell in enumerate(self.nb.cells):
                if cell.cell_type != "code":
                    continue
                if is_experiment(cell):
                    cell.outputs = [new_output("stream", name="stdout", text=NOT_RUN)]
                elif self._is_over():
                    cell.outputs = [self._out_of_time()]
                elif is_test(cell) and self.plan is not None:
                    await self._test(cell, index, self.plan)
                else:
                    await self._in_students_kernel(cell, index)
        finally:
            with self._timed("stop"):
                for side in (self.student, self.trusted):
                    if side is not None:
                        await side.end()

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.monotonic() - start

    def _seconds(self) -> float:
        """Processor time that the next cell has, in seconds; of the clock it has ten times as much.

        What the notebook has left of the clock is not part of it: that ends a cell by itself, and says so.
        """
        return min(self.limits.cell_seconds, self.limits.notebook_seconds - self._used())

    def _is_over(self) -> bool:
        """Whether the notebook has used up its processor time, or its time by the clock."""
        return self._seconds() <= 0 or time.monotonic() >= self.deadline

    def _used(self) -> float:
        """Processor time that the notebook has used."""
        return sum(kernel.used for kernel in self.kernels)

    def _out_of_time(self) -> NotebookNode:
        used_up = self._used() >= self.limits.notebook_seconds
        return out_of_time(Limit.PROCESSOR if used_up else Limit.CLOCK, self.limits)

    def _side(self, nb: NotebookNode, *, trusted: bool = False) -> Side:
        """A side with a new kernel."""
        kernel = self.fork(trusted=True) if trusted else self.fork()
        self.kernels.append(kernel)
        return Side(kernel, nb, self.limits, self.deadline, trusted=trusted)

    # --- the student's kernel -------------------------------------------------------------------------------

    async def _in_students_kernel(self, cell: NotebookNode, index: int) -> None:
        side = await self._student_ready(index)
        if side is None:
            cell.outputs = [
                self._out_of_time()
                if self._is_over()
                else failure("NotRun", f"this cell was not run: {self._gone()}.")
            ]
            return
        with self._timed("tests" if is_test(cell) else "student"):
            if is_test(cell) and self.lost:
                stand_in = f"{BRIDGE}.stand_in(get_ipython().user_ns, {self.lost!r})"
                await side.call(stand_in, max(self._seconds(), 1))
            ended_well = await side.run(cell, index, max(self._seconds(), 1))
        self._note_lost(cell)
        if index in self.independent and _error(cell):
            await self._require_that_course_runs(index)
        if ended_well:
            self.latest = index
            await self._tidy()
        else:
            await self._lost(index)
        if self.trusted is not None and self.plan is not None and index in self.plan.beside:
            await self._beside(index, self.trusted, self.plan)

    async def _student_ready(self, index: int) -> Side | None:
        """The student's side, which has run what precedes a cell, started if need be; None if it cannot be.

        One that ended since its last cell replied ended in that cell.
        """
        if self.student is not None and not await self.student.kernel.is_alive():
            if self.latest is not None:
                self.student.note_end(self.nb.cells[self.latest])
                self._note_lost(self.nb.cells[self.latest])
            await self._lost(self.latest)
        while self.student is None:
            if self.restarts["student"] >= MAX_RESTARTS or self._is_over():
                return None
            self.restarts["student"] += 1
            # a copy: what these cells printed the first time stays
            again = copy.deepcopy(self.nb)
            with self._timed("start"):
                side = self._side(again)
            try:
                with self._timed("start"):
                    await side.start(self.files)
                ended_by = await self._replay(side, again, index)
            except BaseException:
                await side.end()
                raise
            if ended_by is None:
                side.client.nb = self.nb
                self.student = side
            else:
                self.fatal.add(ended_by)
                self._note_end_of_copy(self.nb.cells[ended_by], again.cells[ended_by])
                self.kernel_was_killed |= side.kernel.was_killed
                await side.end()
        return self.student

    async def _replay(self, side: Side, nb: NotebookNode, end: int) -> int | None:
        """Run the cells before `end` again, but no tests or `fatal` ones; the one that ends this kernel."""
        for index, cell in enumerate(nb.cells[:end]):
            left_out = is_test(cell) or is_experiment(cell) or index in self.fatal
            if cell.cell_type != "code" or left_out:
                continue
            if self._is_over() or not await side.run(cell, index, self._seconds()):
                return index
        return None

    async def _lost(self, index: int | None) -> None:
        """Give up a student kernel that ended or is stuck; `index` is the cell that did it, if one did."""
        if index is not None:
            self.fatal.add(index)
        if self.student is not None:
            self.kernel_was_killed |= self.student.kernel.was_killed
            await self.student.end()
        self.student = self.latest = None

    async def _require_that_course_runs(self, last: int) -> None:
        """Run the given cells that use no answer by themselves, up to one that failed.

        Raises:
            CourseCellFailed: one of them fails: it is not the student's fault.
        """
        again = copy.deepcopy(self.nb)
        with self._timed("start"):
            side = self._side(again)
        try:
            with self._timed("start"):
                await side.start(self.files)
            for index in self.independent:
                if index > last:
                    break
                cell = again.cells[index]
                await side.run(cell, index, self.limits.cell_seconds)
                if problem := _error(cell):
                    raise CourseCellFailed(f"the course's own {describe(cell, index)} failed ({problem})")
        finally:
            await side.end()

    def _note_end_of_copy(self, cell: NotebookNode, copied: NotebookNode) -> None:
        """Let a cell say what ended its copy, if it ended well itself: a limit may be noticed late."""
        ends = [output for output in copied.outputs if output.get("ename") in INCIDENTS]
        if ends and all(output.get("ename") not in INCIDENTS for output in cell.outputs):
            cell.outputs.append(ends[-1])
            self._note_lost(cell)

    def _note_lost(self, cell: NotebookNode) -> None:
        """Remember which names a cell would have defined, had it not been stopped; and those that it did."""
        names = stored_names(cell.source)
        self.lost = {name: why for name, why in self.lost.items() if name not in names}
        shown = cell.outputs[-1] if cell.outputs else {}
        if shown.get("ename") in INCIDENTS:
            self.lost |= {name: LOST.format(name=name, why=shown["evalue"]) for name in names}

    async def _tidy(self) -> None:
        if self.student is not None:
            await self.student.kernel.tidy()

    def _gone(self) -> str:
        return "your code ended its Python process, or stopped answering, too often"

    # --- the tests' kernel ----------------------------------------------------------------------------------

    async def _test(self, cell: NotebookNode, index: int, plan: Plan) -> None:
        names = plan.names.get(index, [])
        ready = not names or await self._student_ready(index) is not None
        trusted = await self._trusted_ready(index, plan)
        if trusted is None:
            cell.outputs = [failure("NotChecked", "the process that runs the checks ended too often.")]
            return
        with self._timed("tests"), self._timed(f"tests/{grade_id(cell)}"):
            seconds = max(self._seconds(), 1)
            gone = None if ready else self._gone()
            students = [self.student.kernel] if self.student else []
            problem = await trusted.call(self._prepare(cell, names, gone, seconds), seconds, students)
            if problem is not None:
                cell.outputs = [failure("NotChecked", f"your answer could not be read: {problem}")]
                await self._drop_trusted()
            elif not await trusted.run(cell, index, seconds, students):
                await self._drop_trusted()
            elif problem := await trusted.call(f"{BRIDGE}.require_no_call_stopped()", seconds):
                if problem.startswith((CALL_TIME_LIMIT, CALL_CLOCK_LIMIT)):
                    cell.outputs.append(call_stopped(problem))
                else:  # it ended, or hangs, behind the cell
                    await self._drop_trusted()
            await self._student_after_test()

    def _prepare(self, cell: NotebookNode, names: list[str], gone: str | None, seconds: float) -> str:
        kernel = self._forked_student()
        settings = {
            "folder": kernel.seen_by_tests if kernel else "",
            "agent_folder": kernel.seen_by_itself if kernel else "",
            "key": kernel.key if kernel else "",
            "max_message": MESSAGE,
            "clock": kernel.clock_seen_by_tests if kernel else "",
            "seconds": seconds,
            "custom_models": CUSTOM_MODELS in cell.metadata.get("tags", []),
            "gone": gone,
            "lost": self.lost,
        }
        return f"{BRIDGE}.prepare(get_ipython().user_ns, {names!r}, **{settings!r})"

    def _forked_student(self) -> ForkedKernel | None:
        """The student's kernel, if there is one now: beside a kernel for tests, it is a forked one."""
        kernel = self.student.kernel if self.student else None
        return kernel if isinstance(kernel, ForkedKernel) else None

    async def _trusted_ready(self, index: int, plan: Plan) -> Side | None:
        """The side of the tests, with what they need of earlier cells; None if it ended too often."""
        if self.trusted is None:
            if self.restarts["trusted"] >= MAX_RESTARTS:
                return None
            self.restarts["trusted"] += 1
            try:
                with self._timed("start"):
                    self.trusted = self._side(self.nb, trusted=True)
                    await self.trusted.start(self.files)
            except BaseException:
                await self._drop_trusted()
                raise
            for before in range(index):
                if before in plan.beside:
                    await self._beside(before, self.trusted, plan)
                elif plan.definitions.get(before):
                    await self.trusted.call(plan.definitions[before], max(self._seconds(), 1))
        return self.trusted

    async def _beside(self, index: int, trusted: Side, plan: Plan) -> None:
        """Run in the tests' kernel what tests need of a given cell."""
        problem = await trusted.call(plan.beside[index], self.limits.cell_seconds)
        if problem is not None:
            name = describe(self.nb.cells[index], index)
            raise CourseCellFailed(
                f"the course's own {name} failed beside the tests, which need it ({problem[:200]})"
            )

    async def _drop_trusted(self) -> None:
        if self.trusted is not None:
            self.kernel_was_killed |= self.trusted.kernel.was_killed
            await self.trusted.end()
        self.trusted = None

    async def _student_after_test(self) -> None:
        """A function that a test called may still run, or may have ended the kernel."""
        kernel = self._forked_student()
        if kernel is None:
            return
        self.latest = None  # from now on, what was called may have done it
        answers = await kernel.answers(1)
        if not answers and await kernel.is_alive():
            await kernel.interrupt_kernel()
            answers = await kernel.answers(REACTION_SECONDS)
        if answers and await kernel.is_alive():
            await self._tidy()
        else:
            await self._lost(None)
