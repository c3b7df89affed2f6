"""Installs what the lock file has: by uv, all packages side by side, else by pip; needs Python alone.

`python install.py PYTHON` installs what running, grading and `make demo` need into the environment of that
interpreter; with `--all` also what tests, types and the site need.
"""

import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"
BUILDS = ("tensorflow", "tensorflow-cpu")  # which write into one folder
FOR_TESTS = "# What follows is for tests, types and the site: `make test` installs it.\n"
VERIFIED = ("--quiet", "--require-hashes", "--requirement")


def entries(lock: str) -> list[str]:
    """A lock file's text, one requirement with its hashes and comments a string."""
    return re.findall(r"^[^\s#].*\n(?:[ \t].*\n)*", lock, flags=re.MULTILINE)


def name_of(entry: str) -> str:
    """The name of an entry's package."""
    return re.split(r"[^\w.-]", entry, maxsplit=1)[0]


def install(python: str, lock: str, everything: bool = False) -> bool:
    """Install the packages of a lock file, each verified by its hash; whether that succeeded.

    Args:
        python: the interpreter of the environment.
        lock: the lock file's text.
        everything: what tests, types and the site need, too.
    """
    wanted = entries(lock if everything else lock.partition(FOR_TESTS)[0])
    by_uv = [entry for entry in wanted if name_of(entry) == "uv"]
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", *VERIFIED]
    _remove_other_build(python, set(map(name_of, wanted)))
    with tempfile.TemporaryDirectory() as folder:
        uv, rest = Path(folder, "uv.lock"), Path(folder, "rest.lock")
        uv.write_text("".join(by_uv), encoding="utf-8")
        rest.write_text("".join(entry for entry in wanted if entry not in by_uv), encoding="utf-8")
        if subprocess.run([*pip, str(uv)], capture_output=True, check=False).returncode == 0:
            # compiled now, as pip does: kernels in the sandbox cannot write, and would compile at each start
            command = [python, "-m", "uv", "pip", "install", "--compile-bytecode", "--python", python]
            if subprocess.run([*command, *VERIFIED, str(rest)], check=False).returncode == 0:
                return True
        print("uv is not to be had here, or failed: pip installs the packages, which takes minutes longer.")
        return subprocess.run([*pip, str(rest)], check=False).returncode == 0


def _remove_other_build(python: str, wanted: set[str]) -> None:
    """Uninstall TensorFlow where its build for CUDA is there, of an older lock, and the other is wanted."""
    on_linux = platform.system() == "Linux" and platform.machine() == "x86_64"  # as pyproject.toml has it
    installed = subprocess.run([python, "-m", "pip", "show", BUILDS[0]], capture_output=True, check=False)
    if on_linux and wanted.issuperset(BUILDS) and installed.returncode == 0:
        subprocess.run([python, "-m", "pip", "uninstall", "--quiet", "--yes", *BUILDS], check=False)


if __name__ == "__main__":
    if not install(sys.argv[1], LOCK.read_text("utf-8"), "--all" in sys.argv[2:]):
        sys.exit("Not all packages could be installed: see above. Is there a network? Then run make again.")
