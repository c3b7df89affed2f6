"""Kernels forked by the zygote, as nbclient wants them: a parent that forks, and a manager for one kernel."""

import asyncio
import contextlib
import json
import secrets
import signal
import socket
import threading
from dataclasses import asdict
from pathlib import Path

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_core.utils import run_sync

from autograder.engine import sandbox
from autograder.engine.inside.places import (
    CLOCKS,
    MEBIBYTE,
    MESSAGE,
    OUT_OF_MEMORY,
    OWN,
    QUEUE,
    SOCKET_BYTES,
    Resources,
)
from autograder.engine.meter import LOOK, Meter

START_SECONDS = 180  # importing TensorFlow takes 9 s on a quiet machine
ANSWER_SECONDS = 30


class ParentEnded(RuntimeError):
    """The zygote has ended, and with it all kernels that it forked."""


class KernelParent:
    """A started zygote; kernels are forked from it. Threads may share it.

    It imports TensorFlow in its own process, so making one takes no time; the first request waits for it.

    Args:
        data: folder of data sets that kernels may read (COURSE_DATA_DIR); None for the default one.
        sandboxed: False runs kernels without namespaces, with resource limits only.

    Raises:
        SandboxUnavailable: this machine cannot isolate student code (not with `sandboxed=False`).
    """

    def __init__(self, *, data: Path | None = None, sandboxed: bool = True):
        self.sandboxed = sandboxed
        self._lock = threading.Lock()
        self._count = 0
        self._spare: dict[bool, ForkedKernel] = {}  # by `trusted`: a kernel that starts before it is needed
        if sandboxed:
            sandbox.require_sandbox()
        self._process = sandbox.start([], data=data, sandboxed=sandboxed)
        self._ready = self._ended = self._closed = False

    def wait(self) -> None:
        """Wait until kernels can be forked.

        Raises:
            ParentEnded: it ended before that.
        """
        with self._lock:
            self._wait()

    def _wait(self) -> None:
        if not self._ready:
            self._receive(START_SECONDS)
            self._ready = True
            sandbox.started(self._process)

    def request(self, do: str, kernel: str, **more) -> dict:
        """Ask the zygote for one thing and return its answer.

        Raises:
            ParentEnded: it has ended, or does not answer.
            RuntimeError: it could not do it, or `close` was called.
        """
        with self._lock:
            self._wait()
            try:
                self._process.control.send(json.dumps({"do": do, "kernel": kernel, **more}).encode())
            except OSError:  # its end is closed
                self._end()
            return self._receive(ANSWER_SECONDS)

    def _receive(self, seconds: float) -> dict:
        try:
            self._process.control.settimeout(seconds)
            reply = self._process.control.recv(65536)
        except OSError:  # also when it does not answer in time: its next answer would be to this question
            reply = b""
        if not reply:
            self._end()
        answer = json.loads(reply)
        if answer.get("error"):
            raise RuntimeError(answer["error"])
        return answer

    def _end(self) -> None:
        if self._closed and not self._ended:
            raise RuntimeError("the parent of all kernels was closed")
        self._ended = True
        log = "" if self._closed else sandbox.printed(self._process)
        raise ParentEnded(f"the parent of all kernels has ended or does not answer; it printed:\n{log}")

    def fork(self, limits: Resources | None = None, *, trusted: bool = False) -> "ForkedKernel":
        """A new kernel; a `trusted` one can reach the sockets of the others.

        It was forked when the one before it was asked for, so that it has started by now; unless that one had
        other limits.

        Args:
            limits: what it may use; None for the defaults.
            trusted: whether it is for tests.
        """
        limits = limits or Resources()
        with self._lock:
            spare = self._spare.pop(trusted, None)
        if spare is not None and spare.limits != limits:
            spare.stop()
            spare = None
        if spare is not None and self.request("status", spare.kernel_id)["alive"]:
            kernel = spare
        else:
            kernel = self._fork(limits, trusted)
        another = self._fork(limits, trusted)
        with self._lock:
            extra = self._spare.setdefault(trusted, another)
        if extra is not another:  # another thread was faster
            another.stop()
        return kernel

    def _fork(self, limits: Resources, trusted: bool) -> "ForkedKernel":
        with self._lock:
            self._count += 1
            name = f"k{self._count}"
        key = secrets.token_hex(16)
        self.request("fork", name, key=key, trusted=trusted, limits=asdict(limits))
        return ForkedKernel(self, name, key, self._process.exchange / name, limits)

    @property
    def alive(self) -> bool:
        """Whether the zygote still runs."""
        return not (self._ended or self._closed) and self._process.popen.poll() is None

    def require_alive(self) -> None:
        """Raise ParentEnded if the zygote has ended or does not answer."""
        self.request("status", "")

    def close(self) -> None:
        """End the zygote and every kernel. May be called twice, and while other threads wait for answers."""
        if self._closed:
            return
        self._ended = not self.alive
        self._closed = True
        with contextlib.suppress(OSError):
            self._process.control.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer
        with self._lock:
            sandbox.stop(self._process, at_once=not self._ready)

    def __enter__(self) -> "KernelParent":
        return self

    def __exit__(self, *_) -> None:
        self.close()


class ForkedKernelClient(AsyncKernelClient):
    """A client that asks the zygote whether its kernel lives: a heartbeat is the student's to forge."""

    def __init__(self, kernel: "ForkedKernel"):
        context = zmq.asyncio.Context()
        # a longer message costs its sender the connection, and us no memory
        context.setsockopt(zmq.MAXMSGSIZE, MESSAGE)
        context.setsockopt(zmq.RCVHWM, QUEUE)
        context.setsockopt(zmq.RCVBUF, SOCKET_BYTES)
        context.setsockopt(zmq.LINGER, 0)
        super().__init__(context=context)
        self._created_context = False  # ForkedKernel closes it
        self._kernel = kernel
        self.transport, self.ip = "ipc", str(kernel.folder / "s")
        for number, channel in enumerate(("shell", "iopub", "stdin", "hb", "control"), start=1):
            setattr(self, f"{channel}_port", number)
        self.session.key = kernel.key.encode()

    async def is_alive(self) -> bool:
        """Whether the kernel's process runs."""
        return await self._kernel.is_alive()


class ForkedKernel:
    """One forked kernel, with the part of jupyter_client's AsyncKernelManager that nbclient uses.

    Args:
        parent: where it was forked.
        kernel_id: its name there.
        key: the key that signs its messages.
        folder: its sockets and arrays, as a path of ours.
        limits: what it may use.

    Attributes:
        used: processor time, in seconds, when `processor_seconds` was last asked for.
    """

    ipykernel = True
    has_kernel = True

    def __init__(self, parent: KernelParent, kernel_id: str, key: str, folder: Path, limits: Resources):
        self.parent, self.kernel_id, self.key, self.folder = parent, kernel_id, key, folder
        self.limits = limits
        self._client: ForkedKernelClient | None = None
        self.used = 0.0
        self._status: int | None = None
        self._stopped = False

    @property
    def seen_by_itself(self) -> str:
        """Its folder, as a path in the kernel."""
        return str(OWN if self.parent.sandboxed else self.folder)

    @property
    def seen_by_tests(self) -> str:
        """Its folder, as a path in a trusted kernel of the same parent."""
        return str(sandbox.EXCHANGE / self.kernel_id if self.parent.sandboxed else self.folder)

    @property
    def clock_seen_by_tests(self) -> str:
        """The file with its processor time, as a path in a trusted kernel; see `Zygote.seconds`."""
        folder = Path(self.seen_by_tests)
        return str(folder.parent / CLOCKS / folder.name)

    def client(self) -> ForkedKernelClient:
        """The client of this kernel."""
        if self._client is None:
            self._client = ForkedKernelClient(self)
        return self._client

    async def attach(self, timeout: float = 60) -> ForkedKernelClient:
        """Start the client's channels and wait until the kernel answers and what it shows arrives.

        Raises:
            RuntimeError: it did not within `timeout` seconds, or it has ended.
        """
        client = self.client()
        # no stdin (nobody answers), no heartbeat (see ForkedKernelClient)
        client.start_channels(stdin=False, hb=False)
        deadline = asyncio.get_running_loop().time() + timeout
        # a subscriber may be connected later than the other sockets; what is published before that is lost
        while not (await self.responds(0.5) and await self._is_heard(client.iopub_channel, 0.5)):
            if not await self.is_alive():
                raise RuntimeError(f"the kernel ended while it started ({self.why_ended()})")
            if asyncio.get_running_loop().time() > deadline:
                raise RuntimeError(f"the kernel did not start within {timeout:g} seconds")
        await _drain(client)
        return client

    async def responds(self, timeout: float) -> bool:
        """Whether the kernel answers a kernel_info request within `timeout` seconds."""
        return await self._is_heard(self.client().shell_channel, timeout)

    async def answers(self, seconds: float) -> bool:
        """Whether it answers before it uses so much processor time, or lets ten times as much clock pass.

        One that does not is busy, or hangs; one that is merely slow, on a busy machine, does.
        """
        meter = await Meter([self], seconds).start()
        request = self.client().kernel_info()
        while True:
            if await self._arrives(request, self.client().shell_channel, LOOK):
                return True
            if await meter.exceeded() or not await self.is_alive():
                return False

    async def _is_heard(self, channel: AsyncZMQSocketChannel, timeout: float) -> bool:
        """Whether what a kernel_info request causes arrives on a channel within `timeout` seconds."""
        return await self._arrives(self.client().kernel_info(), channel, timeout)

    async def _arrives(self, request: str, channel: AsyncZMQSocketChannel, timeout: float) -> bool:
        """Whether something that a request caused arrives on a channel within `timeout` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while (left := deadline - loop.time()) > 0:
            if await channel.socket.poll(min(left, 0.25) * 1000):
                with contextlib.suppress(Exception):  # a forged message is not an answer
                    message = await channel.get_msg(timeout=1)
                    if message["parent_header"].get("msg_id") == request:
                        return True
            elif not await self.is_alive():
                return False
        return False

    async def is_alive(self) -> bool:
        """Whether the kernel's process runs."""
        if self._stopped or self._status is not None:
            return False
        try:
            answer = self.parent.request("status", self.kernel_id)
        except RuntimeError:  # the parent has ended, and with it its kernels
            return False
        if not answer["alive"]:
            self._status = answer.get("status") or 0
        return answer["alive"]

    async def processor_seconds(self) -> float:
        """Processor time that it and all that it started have used; the last known once it has ended."""
        if not self._stopped and self._status is None:
            with contextlib.suppress(RuntimeError):  # the parent has ended, and with it its kernels
                answer = self.parent.request("seconds", self.kernel_id)
                self.used = max(self.used, answer.get("seconds", 0.0))
        return self.used

    def why_ended(self) -> str:
        """Why an ended kernel ended, in words for a student."""
        if self._status == OUT_OF_MEMORY:
            return f"it used more than {self.limits.memory // MEBIBYTE} MB of memory"
        if self._status == 128 + 24:  # SIGXCPU
            return f"it used more than {self.limits.cpu_seconds} seconds of processor time"
        return f"exit status {self._status}"

    @property
    def was_killed(self) -> bool:
        """Whether an ended kernel was ended by SIGKILL: by a system short of memory, or by a person."""
        return self._status in (-signal.SIGKILL, 128 + signal.SIGKILL)

    async def interrupt_kernel(self) -> None:
        """Send the kernel what Ctrl-C sends."""
        self.parent.request("interrupt", self.kernel_id)

    async def tidy(self) -> None:
        """End processes that a cell left running, if there are many."""
        self.parent.request("tidy", self.kernel_id)

    def stop(self) -> None:
        """End the kernel with everything it started; close our sockets. May be called twice."""
        if self._client is not None:
            client, self._client = self._client, None
            client.stop_channels()
            client.context.destroy(linger=0)
        if not self._stopped:
            self._stopped = True
            with contextlib.suppress(RuntimeError, OSError):
                self.parent.request("stop", self.kernel_id)

    async def end(self) -> None:
        """As `stop`."""
        self.stop()

    # what nbclient calls when it owns the manager; we own it, so only for completeness of the interface
    async def shutdown_kernel(self, now: bool = False) -> None:
        """End the kernel."""
        self.stop()

    async def cleanup_resources(self) -> None:
        """Nothing is left after `stop`."""


async def _drain(client: ForkedKernelClient) -> None:
    """Throw away replies and outputs of requests made while the kernel was starting."""
    await asyncio.sleep(0.05)
    for channel in (client.shell_channel, client.iopub_channel):
        while await channel.socket.poll(0):
            with contextlib.suppress(Exception):
                await channel.get_msg(timeout=0.1)


attach = run_sync(ForkedKernel.attach)
