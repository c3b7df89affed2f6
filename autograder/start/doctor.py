"""What this machine has for the practicals, and what to do about each gap."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from packaging.requirements import Requirement
from rich.table import Table

import autograder
from autograder.engine.parents import cores, data_folder
from autograder.engine.sandbox import SandboxUnavailable, find_bwrap, require_sandbox
from autograder.errors import PracticalsError
from autograder.practical.config import shared_files
from autograder.practical.paths import COURSE_ROOT_MARKER
from autograder.start.install import FOR_TESTS

MEMORY_WANTED = 4  # GiB: one kernel with TensorFlow and Fashion-MNIST as float32 takes about 1.5
DISK_WANTED = 2  # GiB: run folders, checkpoints, graded notebooks
GIB = 2**30


@dataclass(frozen=True)
class Finding:
    """One row of the table.

    Attributes:
        what: what was looked at.
        found: what is there, in words.
        gap: what to do, or "" when nothing is missing.
        required: whether the practicals cannot run with this gap.
    """

    what: str
    found: str
    gap: str = ""
    required: bool = True


def locked_versions(lock: Path) -> dict[str, str]:
    """Package versions that the lock file gives for this interpreter and platform, by name."""
    return _versions(lock.read_text("utf-8"))


def _versions(lock: str) -> dict[str, str]:
    versions = {}
    for line in lock.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                versions[requirement.name] = str(requirement.specifier).removeprefix("==")
    return versions


def check_python() -> Finding:
    """The interpreter, against the versions that TensorFlow has wheels for."""
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding(
        "Python",
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "" if supported else "Install Python 3.11, 3.12 or 3.13 and run make setup",
    )


def check_packages(lock: Path) -> Finding:
    """Installed packages against the lock file; those for tests only where they are installed."""
    to_run, _, to_test = lock.read_text("utf-8").partition(FOR_TESTS)
    needed, for_tests = _versions(to_run), _versions(to_test)
    installed = {name: _installed_version(name) for name in needed | for_tests}
    missing = [name for name in needed if installed[name] is None]
    different = [
        f"{name} {installed[name]}, locked {version}"
        for name, version in (needed | for_tests).items()
        if installed[name] not in (None, version)
    ]
    problems = [f"{name} is missing" for name in missing] + different
    if not problems:
        left_out = sum(installed[name] is None for name in for_tests)
        found = f"all {len(installed) - left_out} as locked"
        return Finding("Packages", found + f"; {left_out} for tests are not installed" * bool(left_out))
    shown = "; ".join(problems[:3]) + (f"; {len(problems) - 3} more" if len(problems) > 3 else "")
    return Finding("Packages", shown, "Run make setup", required=bool(missing))


def _installed_version(name: str) -> str | None:
    # setuptools, once imported, adds copies of packages that only it uses to the path
    path = [folder for folder in sys.path if not folder.endswith("_vendor")]
    return next((one.version for one in importlib.metadata.distributions(name=name, path=path)), None)


def check_data(name: str, required: bool) -> Finding:
    """Whether a data set is on this machine, without fetching it."""
    from course_utils import data

    try:
        source = data.find(name)
    except data.DamagedDataError as error:
        return Finding(f"Data: {name}", "damaged", str(error), required)
    if source is None:
        return Finding(
            f"Data: {name}",
            "not on this machine",
            f"Run python -m course_utils.data {name} with a network, or put the files in COURSE_DATA_DIR",
            required,
        )
    return Finding(f"Data: {name}", source)


def check_grading_data(name: str) -> Finding:
    """Whether kernels that grade would find a data set, whole, in the one folder that they see."""
    from course_utils import data

    what, folder = "Data for grading", data_folder()
    place = str(folder) if folder else "no folder of data sets"
    if folder and not any(folder.iterdir()):
        place += ", which is empty"
    if (chosen := data.chosen_folder()) and not chosen.is_dir():
        place += f" ({data.SETTING} names {chosen}, which is not there)"
    with (
        tempfile.TemporaryDirectory() as home,
        _environment({data.SETTING: str(folder or ""), "KERAS_HOME": home}),
    ):
        if data.find(name) is None:
            gap = f"Put {name} into that folder, or name another one in {data.SETTING}"
            return Finding(what, f"{place}: no {name}", gap)
        try:
            data.load(name)
        except data.DamagedDataError as error:
            return Finding(what, f"{place}: damaged", str(error))
    return Finding(what, place)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def check_machine(root: Path) -> list[Finding]:
    """Cores, memory and disk."""
    memory = psutil.virtual_memory().available / GIB
    disk = shutil.disk_usage(root).free / GIB
    return [
        Finding("Cores", f"{cores()}"),
        Finding(
            "Memory",
            f"{memory:.1f} GiB free",
            "" if memory >= MEMORY_WANTED else f"Close other programs: {MEMORY_WANTED} GiB are wanted",
            required=False,
        ),
        Finding(
            "Disk",
            f"{disk:.0f} GiB free",
            "" if disk >= DISK_WANTED else f"Free some space: {DISK_WANTED} GiB are wanted",
            required=False,
        ),
    ]


def check_gpu() -> Finding:
    """Accelerators that TensorFlow sees; none is needed."""
    try:
        answer = subprocess.run(
            [
                sys.executable,
                "-c",
                "import tensorflow as tf; "
                "print(tf.test.is_built_with_cuda(), len(tf.config.list_physical_devices('GPU')))",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    except subprocess.TimeoutExpired:
        return Finding("TensorFlow", "did not import within two minutes", "Run make setup again")
    if answer.returncode != 0:
        reason = (answer.stderr.strip().splitlines() or ["no message"])[-1]
        return Finding("TensorFlow", f"does not import: {reason}", "Run make setup again")
    for_cuda, count = answer.stdout.split()[-2:]
    if for_cuda == "False" and shutil.which("nvidia-smi"):
        return Finding(
            "GPU",
            "not used: this is TensorFlow's build for the CPU",
            "None is needed. To use it for work of your own, in .venv: pip uninstall tensorflow-cpu, then "
            "pip install 'tensorflow[and-cuda]' in the same version; marks and figures were tried on the CPU",
            required=False,
        )
    found = f"{count} seen by TensorFlow" if int(count) else "none (everything runs on the CPU)"
    return Finding("GPU", found)


def check_sandbox() -> Finding:
    """Whether submissions can be isolated here; grading refuses to run where they cannot."""
    try:
        require_sandbox()
    except SandboxUnavailable as unavailable:
        return Finding("Sandbox", unavailable.problem, unavailable.remedy, required=False)
    return Finding("Sandbox", f"submissions are isolated with {Path(find_bwrap()).name}")


def check_course(root: Path) -> list[Finding]:
    """Whose code runs here, and whose settings hold besides the course's own: there may be other courses."""
    code = Path(autograder.__path__[0]).parent
    foreign = (root / autograder.__name__).is_dir() and not code.samefile(root)
    shared = [str(file) for file in shared_files(COURSE_ROOT_MARKER)]
    return [
        Finding(
            "Code",
            f"of {code}" if foreign else "this course's",
            "Run make setup here, then . .venv/bin/activate: this course has code of its own" * foreign,
            required=False,
        ),
        Finding("Settings", f"{', '.join(shared)}; then this course's" if shared else "this course's alone"),
    ]


def examine(root: Path) -> list[Finding]:
    """Look at everything.

    Args:
        root: the checkout.

    Returns:
        One finding a row, required ones first.

    Raises:
        PracticalsError: the checkout has no lock file.
    """
    lock = root / "requirements.lock"
    if not lock.is_file():
        raise PracticalsError(f"{lock} is missing", "Restore it: git checkout requirements.lock")
    with ThreadPoolExecutor(1) as beside:
        gpu = beside.submit(check_gpu)  # the longest by far: TensorFlow is imported, by another process
        return [
            check_python(),
            check_packages(lock),
            check_data("fashion_mnist", required=True),
            check_data("mnist", required=False),
            check_data("digits", required=True),
            check_grading_data("fashion_mnist"),
            *check_course(root),
            *check_machine(root),
            check_sandbox(),
            gpu.result(),
        ]


def as_table(findings: list[Finding]) -> Table:
    """The findings as a table for the terminal."""
    table = Table(title="What this machine has")
    table.add_column("")
    table.add_column("what", no_wrap=True)
    table.add_column("found")
    table.add_column("what to do")
    for finding in findings:
        mark = "✓" if not finding.gap else ("✗" if finding.required else "!")
        table.add_row(mark, finding.what, finding.found, finding.gap)
    return table
