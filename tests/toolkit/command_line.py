"""Commands as a person types them in a course folder: `practicals …`, `nbgrader …`."""

import os
import re
import subprocess
import sys
from pathlib import Path

from checkout import ROOT

PRACTICALS = [sys.executable, "-m", "autograder.cli"]
NBGRADER = [sys.executable, "-m", "nbgrader"]
# settings of whoever runs the tests, and of the test run itself
PERSONAL = re.compile(r"COURSE_(BUDGET|SEED|RECORD)|(JUPYTER|JUPYTERLAB|IPYTHON|NBGRADER|KERAS|PYTEST)_.*")
OF_A_HOME = re.compile(r"(XDG_|MPL).*")  # folders in the home of whoever runs the tests


def environment(*imports: Path, **settings: str) -> dict[str, str]:
    """The variables of a command.

    This interpreter's programs come first (nbgrader runs `alembic`), and so does this checkout's code, or
    that of the folders that are given. With a setting HOME, no folder of the real home is named.
    """
    kept = {name: value for name, value in os.environ.items() if not PERSONAL.fullmatch(name)}
    if "HOME" in settings:
        kept = {name: value for name, value in kept.items() if not OF_A_HOME.fullmatch(name)}
    return kept | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), kept["PATH"])),
        "PYTHONPATH": os.pathsep.join(map(str, imports or (ROOT,))),
        **settings,
    }


def run(
    command: list[str], cwd: Path, check: bool = True, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    """Run a command to its end, its output as text; with `check`, it must succeed."""
    done = subprocess.run(
        command, cwd=cwd, env=env or environment(), capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, f"{command} in {cwd}:\n{done.stdout}\n{done.stderr}"
    return done
