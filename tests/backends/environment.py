"""Makes an environment for another backend of Keras: the locked packages less TensorFlow, and that backend.

`python tests/backends/environment.py BACKEND FOLDER` needs the packages of `make setup`.
"""

import re
import subprocess
import sys
import venv
from pathlib import Path

from autograder.start.install import BUILDS, FOR_TESTS, LOCK, entries, name_of

HERE = Path(__file__).parent
PROJECT = "deep-learning-practicals"
FOR_THE_TESTS = ("pytest", "iniconfig", "pluggy")


def without_tensorflow(lock: str) -> list[str]:
    """The entries of a lock file that are for running, less TensorFlow and what nothing else asks for."""
    to_run = {name_of(entry) for entry in entries(lock.partition(FOR_TESTS)[0])}
    kept = [entry for entry in entries(lock) if name_of(entry) in (*to_run, *FOR_THE_TESTS)]
    dropped = set(BUILDS)
    while dropped:
        kept = [entry for entry in kept if name_of(entry) not in dropped]
        names = {PROJECT, *map(name_of, kept)}
        # a package without a line on who asks for it would be one of ours
        dropped = {name_of(entry) for entry in kept if asking(entry) and not asking(entry) & names}
    return kept


def asking(entry: str) -> set[str]:
    """Which packages ask for that of an entry, as the comment behind "via" lists them."""
    listed = entry.partition("# via")[2]
    return set(re.findall(r"^ *(?:# +)?([\w.-]+)", listed, re.MULTILINE))


def main(backend: str, folder: Path) -> None:
    """Make the environment anew."""
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder / "bin" / "python")
    base = folder / "without-tensorflow.lock"
    base.write_text("".join(without_tensorflow(LOCK.read_text("utf-8"))), "utf-8")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # compiled now, as that of `make setup` is: else what they cost could not be compared
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    subprocess.run([*uv, "--require-hashes", "--requirement", str(base)], check=True)
    subprocess.run([*pip, "--requirement", str(HERE / f"{backend}.lock")], check=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
