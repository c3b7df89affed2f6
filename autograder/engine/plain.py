"""An ordinary kernel, a process of this Python without isolation, where kernels cannot be forked."""

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from autograder.engine.inside import app
from autograder.engine.inside.places import QUEUE, SOCKET_BYTES

STARTUP_SECONDS = 60
MAX_MESSAGE_BYTES = 50_000_000
# Settings of the person who grades that would change what the notebook does, or say that it is being graded
NOT_INHERITED = {"COURSE_BUDGET", "COURSE_RECORD", "MPLBACKEND", "NBGRADER_EXECUTION"}


class _OurKernel(KernelSpecManager):
    """Finds the kernel program of this Python, whatever other kernels the user has."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Its specification."""
        # -P: what lies in the working folder is not imported in place of a library
        command = [sys.executable, "-P", "-m", app.__name__, "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


class PlainKernel:
    """A kernel of this Python environment, over unix sockets; see `autograder.engine.side.Kernel`.

    Args:
        workdir: its working folder.
    """

    was_killed = False  # what killed it is not known here

    def __init__(self, workdir: Path):
        self.workdir = workdir
        self.runtime = tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
        self.ipython_dir = f"{self.runtime.name}/ipython"
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        self.context.setsockopt(zmq.RCVHWM, QUEUE)
        self.context.setsockopt(zmq.RCVBUF, SOCKET_BYTES)
        self.client: AsyncKernelClient | None = None
        self.used = 0.0
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=_OurKernel(),
            transport="ipc",
            ip=f"{self.runtime.name}/socket",
            connection_file=f"{self.runtime.name}/connection.json",
            context=self.context,
        )

    async def attach(self) -> AsyncKernelClient:
        """Start the process, connect a client and wait until the kernel answers.

        Raises:
            RuntimeError: it does not start.
        """
        environment = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
        environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # that there is no GPU is not news to students
        environment |= {"COURSE_BUDGET": "quick", "IPYTHONDIR": self.ipython_dir}
        await self.manager.start_kernel(
            cwd=str(self.workdir),
            env=environment,
            extra_arguments=["--HistoryManager.hist_file=:memory:"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = self.manager.client(context=self.context)
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=STARTUP_SECONDS)
        self.client.allow_stdin = False
        return self.client

    async def is_alive(self) -> bool:
        """Whether the process runs."""
        return await self.manager.is_alive()

    async def processor_seconds(self) -> float:
        """Processor time of its process and those that descend from it; the last known once it has ended.

        Of those that have ended, what was waited for counts (on macOS and Windows nothing).
        """
        started = self.manager.provisioner
        if not isinstance(started, LocalProvisioner) or started.pid is None:
            return self.used
        with suppress(psutil.Error):
            kernel = psutil.Process(started.pid)
            self.used = max(self.used, sum(map(_processor_seconds, [kernel, *kernel.children(True)])))
        return self.used

    def why_ended(self) -> str:
        """Why an ended kernel may have ended, in words for a student."""
        return "it exited, crashed or ran out of memory"

    async def interrupt_kernel(self) -> None:
        """Send the kernel what Ctrl-C sends."""
        await self.manager.interrupt_kernel()

    async def tidy(self) -> None:
        """Leave what a cell started: here nothing tells a submission's processes from other ones in time."""

    async def end(self) -> None:
        """Kill the kernel and the processes that it started; leave no socket, descriptor or file."""
        try:
            await self.manager.shutdown_kernel(now=True)
        finally:
            _kill_those_with("IPYTHONDIR", self.ipython_dir)
            if self.client is not None:
                self.client.stop_channels()
            self.context.destroy(linger=0)
            self.runtime.cleanup()


def _processor_seconds(process: psutil.Process) -> float:
    """Processor time of a process and of the children that it waited for; 0 if it has ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    children = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return times.user + times.system + children


def _kill_those_with(variable: str, value: str) -> None:
    """Kill what a kernel started and what outlived it, told by an environment variable that it inherited."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(variable) == value:
                process.kill()
