"""One kernel and the client that runs cells in it: time, deaths and floods become outputs of the cell."""

import asyncio
import base64
import contextlib
from collections.abc import Iterable
from typing import Protocol

from jupyter_client.asynchronous import AsyncKernelClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.engine.bounded_client import REACTION_SECONDS, BoundedClient
from autograder.engine.limits import INTERRUPTED, KERNEL_DIED, TOO_MUCH_OUTPUT, Limits, failure, too_slow
from autograder.engine.meter import LOOK, Limit, Measured, Meter
from autograder.engine.tracebacks import without_ours

LOST_SECONDS = 2  # by the clock without work, after which a request is taken for lost
MOST_REQUESTS = 4  # of one piece of code
FILE_SECONDS = 20  # of processor time, to write one file of the course into the working folder


class Kernel(Measured, Protocol):
    """What a side needs of its kernel: a forked one, or an ordinary process."""

    used: float  # processor time, in seconds, when `processor_seconds` was last asked for

    @property
    def was_killed(self) -> bool:
        """Whether a kernel that ended was ended by SIGKILL, perhaps through no fault of its own."""

    async def attach(self) -> AsyncKernelClient:
        """Connect a client to it and wait until it answers."""

    async def is_alive(self) -> bool:
        """Whether its process runs."""

    def why_ended(self) -> str:
        """Why an ended kernel ended, in words for a student."""

    async def interrupt_kernel(self) -> None:
        """Send it what Ctrl-C sends."""

    async def tidy(self) -> None:
        """End processes that a cell left running, if there are many."""

    async def end(self) -> None:
        """End it with everything that it started, and leave nothing. May be called twice."""


class Side:
    """A kernel and the nbclient that runs cells in it.

    Args:
        kernel: not yet attached.
        nb: the notebook that receives outputs.
        limits: time and output of a cell.
        deadline: when a cell that runs is stopped whatever it may take, as `time.monotonic` tells it.
        trusted: whether it is the tests' own kernel, where no code of the student's runs.
    """

    kc: AsyncKernelClient  # the connection to the kernel, once it has started

    def __init__(
        self, kernel: Kernel, nb: NotebookNode, limits: Limits, deadline: float, *, trusted: bool = False
    ):
        self.kernel, self.limits, self.deadline, self.trusted = kernel, limits, deadline, trusted
        self._ignoring: asyncio.Task | None = None
        self.client = BoundedClient(nb, km=kernel, limits=limits)

    async def start(self, files: dict[str, bytes]) -> None:
        """Attach, and write files into the working folder.

        Raises:
            RuntimeError: the kernel does not start, or a file cannot be written.
        """
        self.client.kc = self.kc = await self.kernel.attach()
        self._ignore_outputs()
        for name, content in files.items():
            text = base64.b64encode(content).decode()
            problem = await self.call(
                f"import base64, pathlib\n_path = pathlib.Path({name!r})\n"
                "_path.parent.mkdir(parents=True, exist_ok=True)\n"
                f"_path.write_bytes(base64.b64decode({text!r})); del _path, base64, pathlib",
                FILE_SECONDS,
            )
            if problem is not None:
                raise RuntimeError(f"{name} of the course could not be written ({problem})")

    async def run(
        self, cell: NotebookNode, index: int, seconds: float, others: Iterable[Measured] = ()
    ) -> bool:
        """Run a cell, outputs into it; whether the kernel is there for the next one.

        Args:
            cell: one of the client's notebook.
            index: its place there.
            seconds: of processor time that it has, see `Meter`.
            others: further kernels that work for it, whose processor time counts, too.
        """
        meter = await Meter([self.kernel, *others], seconds, self.deadline).start()
        self._stop_ignoring()
        running = asyncio.ensure_future(self.client.async_execute_cell(cell, index))
        limit = None
        try:
            while not running.done() and limit is None:
                await asyncio.wait({running}, timeout=LOOK)
                limit = None if running.done() else await meter.exceeded()
            reacts = True if limit is None else await self._interrupted(running)
            if reacts:
                await running
        except DeadKernelError:
            await self.kernel.is_alive()
            self.note_end(cell)
            return False
        except CellTimeoutError:  # what the kernel shows did not arrive after its reply
            reacts = False
            if limit is None:
                message = "this cell printed more than could be read; it was stopped."
                cell.outputs.append(failure(TOO_MUCH_OUTPUT, message))
        finally:
            if not running.done():
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError, DeadKernelError):
                    await running
            cell.outputs = without_ours(cell.outputs, of_tests=self.trusted)
            self._ignore_outputs()
        if limit is not None:
            cell.outputs = [one for one in cell.outputs if one.get("ename") != INTERRUPTED]
            cell.outputs.append(too_slow(limit, seconds, meter.clock))
        if self.client.exit_asked:  # the kernel would end while it runs the next cell
            cell.outputs.append(failure(KERNEL_DIED, "this cell ended its Python process with `exit()`."))
            return False
        return reacts

    async def _interrupted(self, running: asyncio.Future) -> bool:
        """Interrupt the cell that runs; whether it ends."""
        await self.kernel.interrupt_kernel()
        reaction = await Meter([self.kernel], REACTION_SECONDS).start()
        while not running.done():
            if await reaction.exceeded() or await reaction.idle():
                return False
            await asyncio.wait({running}, timeout=LOOK)
        return True

    def note_end(self, cell: NotebookNode) -> None:
        """Let a cell say that the kernel ended in it, once `is_alive` has found so."""
        why = self.kernel.why_ended()
        cell.outputs.append(failure(KERNEL_DIED, f"the Python process ended in this cell: {why}."))

    def _ignore_outputs(self) -> None:
        """Between its cells, read what the kernel shows: one that nobody reads waits for its reader."""

        async def read() -> None:
            while True:
                await self.kc.iopub_channel.socket.recv_multipart()

        self._ignoring = asyncio.create_task(read())

    def _stop_ignoring(self) -> None:
        if self._ignoring is not None:
            self._ignoring.cancel()

    async def end(self) -> None:
        """End the kernel. May be called twice."""
        self._stop_ignoring()
        await self.kernel.end()

    async def call(self, code: str, seconds: float, others: Iterable[Measured] = ()) -> str | None:
        """Run code that shows nothing; None when it went well, else what went wrong.

        An interrupt of the cell before may arrive late, and end this code or take the request with it: the
        code is then sent again.

        Args:
            code: what to run; it may run twice.
            seconds, others: as for `run`.
        """
        client = self.kc
        meter = await Meter([self.kernel, *others], seconds).start()
        requests: set[str] = set()
        lost = True
        limit = None
        while limit is None:
            if lost:
                requests.add(client.execute(code, silent=True, store_history=False, stop_on_error=False))
                waiting = meter.from_now(LOST_SECONDS)
                lost = False
            if await client.shell_channel.socket.poll(LOOK * 1000):
                message = await client.get_shell_msg(timeout=1)
                if message["parent_header"].get("msg_id") in requests:
                    content = message["content"]
                    if content["status"] == "ok":
                        return None
                    if content["ename"] not in (INTERRUPTED, KeyboardInterrupt.__name__):
                        return f"{content['ename']}: {content['evalue']}"
                    lost = True
            elif not await self.kernel.is_alive():
                return "the kernel ended"
            else:
                lost = len(requests) < MOST_REQUESTS and await waiting.idle()
            limit = await meter.exceeded()
        if limit is Limit.PROCESSOR:
            return f"it used more than {seconds:.0f} s of processor time"
        return f"it did not end within {meter.clock:.0f} s by the clock"
