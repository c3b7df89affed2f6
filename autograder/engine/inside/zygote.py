"""The parent of all kernels: imports TensorFlow once, then forks a kernel in 50 ms instead of 9 s.

It runs inside the sandbox (`python -m autograder.engine.inside.zygote FD SETTINGS`), answers requests on an
inherited socket and trusts nobody below it: each kernel lives in namespaces of its own (user, mount, process,
IPC, network, host name) under an init that we wrote, and ends with that init. The parent itself never runs a
TensorFlow operation, because TensorFlow's threads do not survive a fork, and never reads anything that a
kernel wrote.

    zygote ── shim (enters namespaces) ── init (process 1: mounts, reaps, watches memory) ── kernel
"""

import contextlib
import ctypes
import functools
import gc
import importlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

from autograder.engine.inside.places import (
    CLOCKS,
    EXCHANGE,
    OUT_OF_MEMORY,
    OWN,
    UNPRIVILEGED_UID,
    WORKSPACE,
    Resources,
)
from autograder.engine.inside.processor import processes, read, seconds_below

# <linux/sched.h>, <linux/mount.h>, <linux/prctl.h>
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

# all before any TensorFlow operation has run
PRELOADED = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib_inline.backend_inline", "matplotlib.pyplot",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.magics.ast_mod",
    "IPython.core.magics.execution", "IPython.core.oinspect", "IPython.extensions.storemagic", "sqlite3",
    "tornado.locks", "tornado.platform.asyncio", "tornado.queues",
    "numpy", "pandas", "sklearn.datasets", "sklearn.metrics", "tensorflow", "keras",
    "course_utils.backbones", "course_utils.data", "course_utils.ensembles", "course_utils.expect",
    "course_utils.plots", "course_utils.probes", "course_utils.progress", "course_utils.runs",
    "course_utils.selfcheck", "course_utils.sliders", "course_utils.together", "course_utils.training",
    "course_utils.uncertainty",
    "autograder.engine.inside.agent", "autograder.engine.inside.app", "autograder.engine.inside.bridge",
)  # fmt: skip
LEFTOVERS = 8  # processes that a kernel may keep between cells


# --- requests -----------------------------------------------------------------------------------------------


def main() -> None:
    """Answer requests until the grader closes its end."""
    settings = json.loads(sys.argv[2])
    control = socket.socket(fileno=int(sys.argv[1]))
    os.close(settings["unused"])
    sandboxed = settings["sandboxed"]
    exchange = EXCHANGE if sandboxed else Path(settings["exchange"])
    zygote = Zygote(control, exchange, sandboxed=sandboxed)
    if sys.argv[3:] == ["--probe"]:
        answer = zygote.probe()
    else:
        # nobody answers requests meanwhile, so nobody sees that the grader was killed: look every second
        signal.signal(signal.SIGALRM, lambda *_: _end_without(control))
        signal.setitimer(signal.ITIMER_REAL, 1, 1)
        preload()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        answer = {"ready": True, "threads": len(list(Path("/proc/self/task").iterdir()))}
    control.send(json.dumps(answer).encode())
    while request := control.recv(65536):
        try:
            answer = zygote.answer(json.loads(request))
        except Exception as error:  # the grader must hear of it; the other kernels go on
            answer = {"error": f"{type(error).__name__}: {error}"}
        control.send(json.dumps(answer).encode())
        zygote.bury()  # nobody waits for this
    for name in list(zygote.kernels):
        zygote.stop(name)
    zygote.bury()
    os._exit(0)  # without what TensorFlow does at the end


def _end_without(control: socket.socket) -> None:
    """End this process if the grader has closed its end of the socket."""
    with contextlib.suppress(BlockingIOError):
        if not control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
            os._exit(0)


def preload() -> None:
    """Import what notebooks import, and load the data set, so that kernels find it in memory.

    Nothing of it is garbage, and what looks for garbage would look through it again and again, in every
    kernel too: there it would also make a copy of each page of memory that parent and kernel share.
    """
    gc.disable()
    # no debugger: it would take most of the time in which a kernel starts
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # typeshed forgets that None stops an import
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    for module in PRELOADED:
        importlib.import_module(module)
    try:
        _keep_in_memory("fashion_mnist")
    except Exception as error:  # no data here: notebooks that need it will say so themselves
        print(f"data not loaded beforehand: {error}", flush=True)
    gc.freeze()
    gc.enable()


def _keep_in_memory(kept_name: str) -> None:
    """Load a data set, and have later loads copy it rather than unpack and check it again."""
    from course_utils import data

    load, kept = data.load, data.load(kept_name)
    arrays = {field.name for field in fields(kept) if hasattr(getattr(kept, field.name), "copy")}

    def load_from_memory(name: str) -> data.Dataset:
        if name != kept_name:
            return load(name)
        return replace(kept, **{part: getattr(kept, part).copy() for part in arrays})

    functools.update_wrapper(load_from_memory, load)
    data.load = load_from_memory


class Zygote:
    """Forks, interrupts and ends kernels.

    Args:
        control: socket to the grader; no kernel keeps it.
        exchange: folder with one folder a kernel.
        sandboxed: whether kernels get namespaces of their own.
    """

    def __init__(self, control: socket.socket, exchange: Path, *, sandboxed: bool):
        self.control, self.exchange, self.sandboxed = control, exchange, sandboxed
        self.clocks = exchange / CLOCKS
        self.clocks.mkdir(exist_ok=True)  # it is there in the sandbox
        self.kernels: dict[str, tuple[int, int]] = {}  # name → process ids of its shim and its init
        self.ended: dict[str, int] = {}  # name → exit status
        self.dying: list[str] = []  # killed, not yet gone

    def answer(self, request: dict) -> dict:
        """Do what a request asks for: `fork`, `interrupt`, `tidy`, `status`, `seconds` or `stop`."""
        name = request["kernel"]
        match request["do"]:
            case "fork":
                limits = Resources(**request["limits"])
                return self.fork(name, request["key"], limits, trusted=request["trusted"])
            case "interrupt":
                return self.signal(name, signal.SIGUSR1)
            case "tidy":
                return self.signal(name, signal.SIGUSR2)
            case "status":
                return self.status(name)
            case "seconds":
                return self.seconds(name)
            case "stop":
                return self.stop(name)
        return {"error": f"unknown request {request['do']!r}"}

    def fork(self, name: str, key: str, limits: Resources, *, trusted: bool) -> dict:
        """Start a kernel called `name`; a trusted one sees the folders of the others."""
        folder = self.exchange / name
        folder.mkdir(mode=0o700)
        reports, report = os.pipe()
        shim = os.fork()
        if shim == 0:
            os.close(reports)
            self.control.close()
            setup = Setup(folder, key, None if trusted else self.exchange)
            _shim(report, setup, limits, sandboxed=self.sandboxed)
        os.close(report)
        with os.fdopen(reports, "rb") as pipe:
            text = pipe.readline().decode()
        if not text.startswith("init "):
            os.waitpid(shim, 0)
            shutil.rmtree(folder, ignore_errors=True)
            return {"error": text.strip() or "the kernel ended before it started"}
        self.kernels[name] = (shim, int(text.split()[1]))
        return {"pid": int(text.split()[1])}

    def signal(self, name: str, number: int) -> dict:
        """Signal a kernel's init: SIGUSR1 interrupts the kernel, SIGUSR2 ends what it left running."""
        if self.status(name)["alive"]:
            os.kill(self.kernels[name][1], number)
        return {}

    def status(self, name: str) -> dict:
        """Whether a kernel runs, and if not the exit status of its init."""
        if name in self.kernels:
            pid, status = os.waitpid(self.kernels[name][0], os.WNOHANG)
            if pid == 0:
                return {"alive": True}
            self._forget(name, os.waitstatus_to_exitcode(status))
        return {"alive": False, "status": self.ended.get(name)}

    def seconds(self, name: str) -> dict:
        """Processor time of a kernel and all that it started; also written to a file that tests can read.

        A student's kernel can write to neither: it sees no folder but its own.
        """
        if name not in self.kernels:
            return {}
        seconds = seconds_below(self.kernels[name][1])
        clock = self.clocks / name
        new = clock.with_suffix(".new")
        new.write_text(f"{seconds:.2f}")
        new.replace(clock)  # a reader finds the whole number
        return {"seconds": seconds}

    def stop(self, name: str) -> dict:
        """Kill a kernel and everything it started; `bury` waits for its end and removes its folder."""
        if self.status(name)["alive"]:
            # process 1 takes its whole process namespace with it; without namespaces init does that itself
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.kernels[name][1], signal.SIGKILL if self.sandboxed else signal.SIGTERM)
            self.dying.append(name)
        self.ended.pop(name, None)
        return {}

    def bury(self) -> None:
        """Wait for the end of the kernels that were killed."""
        for name in self.dying:
            _, status = os.waitpid(self.kernels[name][0], 0)
            self._forget(name, os.waitstatus_to_exitcode(status))
            self.ended.pop(name, None)
        self.dying.clear()

    def _forget(self, name: str, status: int) -> None:
        del self.kernels[name]
        self.ended[name] = status
        shutil.rmtree(self.exchange / name, ignore_errors=True)
        (self.clocks / name).unlink(missing_ok=True)

    def probe(self) -> dict:
        """Whether a child with all its namespaces starts here: `{"error": reason}`, "" for none."""
        reports, report = os.pipe()
        folder = self.exchange / "probe"
        folder.mkdir()
        shim = os.fork()
        if shim == 0:
            os.close(reports)
            _shim(report, Setup(folder, None, self.exchange), Resources(), sandboxed=self.sandboxed)
        os.close(report)
        with os.fdopen(reports, "rb") as pipe:
            text = pipe.readline().decode()
        _, status = os.waitpid(shim, 0)
        if text.startswith("init ") and os.waitstatus_to_exitcode(status) == 0:
            return {"error": ""}
        return {"error": text.strip() or f"a child ended with status {os.waitstatus_to_exitcode(status)}"}


@dataclass(frozen=True)
class Setup:
    """What a kernel's init prepares for it.

    Args:
        folder: the kernel's own folder of sockets and arrays.
        key: key of the kernel's messages; None for a probe, which runs no kernel.
        hidden: the folder that holds all kernels' folders, where this one may not see it.
    """

    folder: Path
    key: str | None
    hidden: Path | None


# --- shim and init ------------------------------------------------------------------------------------------

if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)


def _call(what: str, result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    result = _libc.mount(
        source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    _call(f"mount {kind or source} on {target}", result)


def _shim(report: int, setup: Setup, limits: Resources, *, sandboxed: bool) -> None:
    """Enter new namespaces, start init in them, end as it ends. Never returns."""
    status = 1
    try:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if sandboxed:
            user, group = os.getuid(), os.getgid()
            _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self/uid_map belongs to root
            flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS
            _call("unshare namespaces", _libc.unshare(flags))
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
            _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        init = os.fork()
        if init == 0:
            _init(report, setup, limits, sandboxed=sandboxed)
        _answer(report, f"init {init}") if setup.key else None
        os.close(report)
        _, wait = os.waitpid(init, 0)
        code = os.waitstatus_to_exitcode(wait)
        status = code if code >= 0 else 128 - code
    except BaseException as error:
        _answer(report, f"{error}")
    finally:
        os._exit(status)


def _answer(report: int, text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(report, (text.replace("\n", " ")[:400] + "\n").encode())


def _init(report: int, setup: Setup, limits: Resources, *, sandboxed: bool) -> None:
    """Process 1 of a kernel's namespaces. Never returns."""
    status = 1
    try:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signals = {signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a student can send it; process 1 has no other handler
        if sandboxed:
            _mounts(setup)
        else:
            os.setsid()
            _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        if setup.key is None:
            _answer(report, "init 1")
            os._exit(0)
        _libc.prctl(
            PR_SET_DUMPABLE, 1, 0, 0, 0
        )  # the kernel is born readable, else its memory cannot be counted
        kernel = os.fork()
        if kernel == 0:
            os.close(report)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _become_kernel(setup, limits, sandboxed=sandboxed)
        _libc.prctl(PR_SET_DUMPABLE, 0 if sandboxed else 1, 0, 0, 0)
        os.close(report)
        status = _watch(kernel, signals, limits, sandboxed=sandboxed)
    except BaseException as error:
        _answer(report, f"{error}")
    finally:
        if not sandboxed:
            _kill_descendants()
        os._exit(status)


def _mounted_below(folder: str) -> list[str]:
    """Mount points below a folder, without those below them: an interpreter that lies there."""
    found: list[str] = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), line.split()[4])
        if point.startswith(f"{folder}/") and not any(point.startswith(f"{above}/") for above in found):
            found.append(point)
    return found


def _mounts(setup: Setup) -> None:
    """The view of one kernel: a fresh /proc and /tmp, its own folder, and no other kernel's."""
    _mount("none", "/", "", MS_REC | MS_PRIVATE)
    nothing_special = MS_NOSUID | MS_NODEV
    _mount("proc", "/proc", "proc", nothing_special | MS_NOEXEC)
    # no user namespace inside: inside one, a student would have the rights to reach more of the operating
    # system
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _mount(str(setup.folder), str(OWN), "", MS_BIND)
    if setup.hidden is not None:
        _mount("tmpfs", str(setup.hidden), "tmpfs", nothing_special | MS_RDONLY, "size=4k,mode=755")
    below = {point: os.open(point, os.O_PATH) for point in _mounted_below("/tmp")}
    _mount("tmpfs", "/tmp", "tmpfs", nothing_special, f"size={WORKSPACE},nr_inodes=20000,mode=755")
    for point, descriptor in below.items():
        Path(point).mkdir(parents=True)
        _mount(f"/proc/self/fd/{descriptor}", point, "", MS_BIND | MS_REC)
        os.close(descriptor)
    for folder in ("/tmp/work", "/tmp/home", "/tmp/shm"):
        Path(folder).mkdir()
    _mount("/tmp/shm", "/dev/shm", "", MS_BIND)


def _watch(kernel: int, signals: set, limits: Resources, *, sandboxed: bool) -> int:
    """Reap, forward interrupts, end with the kernel or when memory runs out; the exit status."""
    hiding: set[int] = set()
    while True:
        received = signal.sigtimedwait(signals, 0.1)
        number = received.si_signo if received else None
        if number == signal.SIGTERM and not sandboxed:
            return 0
        if number == signal.SIGUSR1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(kernel, signal.SIGINT)
        if number == signal.SIGUSR2 and sandboxed:
            _tidy(kernel)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return 0
            if pid == 0:
                break
            if pid == kernel:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        if sandboxed and _memory(limits.memory, hiding) > limits.memory:
            return OUT_OF_MEMORY


def _processes() -> list[int]:
    """Everybody in our process namespace but ourselves.

    Raises:
        RuntimeError: this is not a process namespace of ours, but the whole machine.
    """
    if os.getpid() != 1:
        raise RuntimeError("not process 1 of a namespace")
    return [pid for pid in processes() if pid != 1]


def _tidy(kernel: int) -> None:
    """End what a cell left running, if it left much (a fork bomb's remains starve TensorFlow of threads)."""
    others = [pid for pid in _processes() if pid != kernel]
    if len(others) > LEFTOVERS:
        for pid in others:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _kill_descendants() -> None:
    """Without a process namespace: end every process that descends from this one, wherever it moved to."""
    for _ in range(20):
        parents = {}
        for entry in (path.name for path in Path("/proc").iterdir()):
            if entry.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    parents[int(entry)] = int(
                        Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[1]
                    )
        family = {os.getpid()}
        while grown := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= grown
        if family == {os.getpid()}:
            return
        for pid in family - {os.getpid()}:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _memory(limit: int, hiding: set[int]) -> int:
    """Bytes that the kernel's processes hold for themselves, without what they share with the zygote.

    Resident size bounds that from above and costs nothing to read; only when the bound is over `limit` are
    the pages counted one by one. Files in memory (memfd) belong to no process's pages, so they are counted by
    descriptor. `hiding` remembers processes that could not be read; those that cannot be read twice count as
    over the limit.
    """
    page = os.sysconf("SC_PAGE_SIZE")
    resident: dict[int, int] = {}
    files: dict[tuple[int, int], int] = {}
    hidden_now: set[int] = set()
    for pid in _processes():
        try:
            pages = int(read(f"/proc/{pid}/statm").split()[1])
            if pages:  # none: a process that has ended
                resident[pid] = pages * page
                with os.scandir(f"/proc/{pid}/fd") as descriptors:
                    for descriptor in descriptors:
                        # no Path: this is read for each descriptor of each kernel, ten times a second
                        if os.readlink(descriptor.path).startswith("/memfd:"):  # noqa: PTH115
                            status = descriptor.stat()
                            files[status.st_dev, status.st_ino] = status.st_blocks * 512
        except PermissionError:  # it made itself unreadable (PR_SET_DUMPABLE), which no notebook needs
            if pid in hiding:
                return limit + 1
            hidden_now.add(pid)
        except OSError:  # it ended, or closed a file, while we looked
            continue
    hiding.clear()
    hiding |= hidden_now
    in_files = sum(files.values())
    if sum(resident.values()) + in_files <= limit:
        return sum(resident.values()) + in_files
    private = 0
    for pid in resident:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                # the proportional share: copy-on-write pages count once among all who have them
                if line.startswith(("Pss_Anon:", "Pss_Shmem:", "SwapPss:")):
                    private += int(line.split()[1]) * 1024
    return private + in_files


# --- kernel -------------------------------------------------------------------------------------------------


def _become_kernel(setup: Setup, limits: Resources, *, sandboxed: bool) -> None:
    """Give up all rights and be an IPython kernel on sockets in our folder. Never returns."""
    status = 1
    try:
        own = OWN if sandboxed else setup.folder
        os.chdir("/tmp/work" if sandboxed else own)
        _limit(limits, sandboxed=sandboxed)
        with Path(os.devnull).open("r+b", buffering=0) as null:
            for descriptor in (0, 1, 2):
                os.dup2(null.fileno(), descriptor)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
        if sandboxed:
            _drop_capabilities()
        elif os.geteuid() == 0 and setup.hidden is not None:  # a student's code is never run as root
            os.chown(own, UNPRIVILEGED_UID, UNPRIVILEGED_UID)
            os.setgroups([])
            os.setgid(UNPRIVILEGED_UID)
            os.setuid(UNPRIVILEGED_UID)
        _fresh_randomness()
        from traitlets.config import Config

        from autograder.engine.inside.app import KernelApp

        config = Config()
        config.HistoryManager.hist_file = ":memory:"
        config.IPKernelApp.quiet = True
        config.InteractiveShellApp.matplotlib = "inline"
        app = KernelApp.instance(
            config=config, transport="ipc", ip=str(own / "s"), connection_dir=str(own), parent_handle=0
        )
        assert setup.key is not None, "a probe runs no kernel"
        app.session.key = setup.key.encode()
        for number, channel in enumerate(("shell", "iopub", "stdin", "hb", "control"), start=1):
            setattr(app, f"{channel}_port", number)
        app.initialize([])
        app.start()
        status = 0
    finally:
        os._exit(status)


def _limit(limits: Resources, *, sandboxed: bool) -> None:
    import resource

    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 1024,
        resource.RLIMIT_FSIZE: WORKSPACE,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if sandboxed or os.geteuid() == 0:  # otherwise all processes of the grader's account would count
        bounds[resource.RLIMIT_NPROC] = limits.processes
    if not sandboxed:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        bounds[resource.RLIMIT_AS] = used + limits.memory
    for which, value in bounds.items():
        _, hard = resource.getrlimit(which)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


def _drop_capabilities() -> None:
    """Before any thread starts: capabilities belong to threads."""
    _call("no new privileges", _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    header = struct.pack("Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    _call("drop capabilities", _libc.capset(header, struct.pack("6I", *[0] * 6)))


def _fresh_randomness() -> None:
    """Children of one parent would all draw the same numbers."""
    import random

    import numpy

    random.seed()
    numpy.random.seed()


if __name__ == "__main__":
    main()
