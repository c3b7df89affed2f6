"""Where the processor seconds of a test run go: by step of `make test`, by test module, by shared fixture.

`python tests/toolkit/seconds.py run NAME COMMAND…` runs one step and notes what it took, all that it started
included; `Modules` is a pytest plugin that notes the same by module. Both write build/test-seconds.json;
`make seconds` (`… table`) puts it into docs/testing.md.
"""

import contextlib
import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "build" / "test-seconds.json"
PAGE = ROOT / "docs" / "testing.md"
PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
MOST = 20  # rows of the table of modules
Seconds = dict[str, float]


def read() -> dict[str, Seconds]:
    """What was noted: by "steps", "modules" and "fixtures", seconds by name."""
    noted = json.loads(FILE.read_text()) if FILE.is_file() else {}
    return {"steps": {}, "modules": {}, "fixtures": {}, **noted}


def note(**parts: Seconds) -> None:
    """Note seconds, in place of what was noted under the same names before."""
    noted = read()
    for part, seconds in parts.items():
        noted[part] |= {name: round(value, 1) for name, value in seconds.items()}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(noted, indent=1, sort_keys=True) + "\n")


# --- a step -------------------------------------------------------------------------------------------------


def run(name: str, command: list[str]) -> int:
    """Run a step and note its seconds; its exit status."""
    if sys.platform == "linux":  # processes whose parents ended before them are counted too
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    status = subprocess.run(command, check=False).returncode
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    note(steps={name: used.ru_utime + used.ru_stime})
    return status


# --- modules and fixtures -----------------------------------------------------------------------------------


def used() -> float:
    """User and system seconds of this process and of all that it started, whether ended or not."""
    total = sum(os.times()[:4])
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total


class Modules:
    """A pytest plugin: processor seconds by test module, and by fixture that several tests share.

    A module's seconds have those of its own fixtures; a fixture of the session counts where it is made.
    Processes that end with a sandbox between two looks take their seconds with them: the sums are too small.
    Those of the steps are whole.
    """

    def __init__(self) -> None:
        self.modules: Seconds = defaultdict(float)
        self.fixtures: Seconds = defaultdict(float)
        self.module, self.before = "", used()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A module's time ends where another module begins."""
        module = nodeid.split("::")[0]
        if module != self.module:
            self._count()
            self.module = module

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef):
        """Count what it takes to make a fixture for more than one test, with those that it asks for."""
        shared = fixturedef.scope != "function" and fixturedef.baseid.startswith("tests")
        before = used() if shared else 0.0
        made = yield
        if shared:
            self.fixtures[f"{fixturedef.argname} ({fixturedef.baseid})"] += used() - before
        return made

    def pytest_sessionfinish(self, session) -> None:
        """Note all, or hand it to the process that asked this one to run tests."""
        self._count()
        parts = {"modules": dict(self.modules), "fixtures": dict(self.fixtures)}
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["seconds"] = parts
        else:
            note(**parts)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node) -> None:
        """Add what a worker of pytest-xdist has counted."""
        parts = getattr(node, "workeroutput", {}).get("seconds", {})
        for mine, theirs in ((self.modules, "modules"), (self.fixtures, "fixtures")):
            for name, seconds in parts.get(theirs, {}).items():
                mine[name] += seconds

    def _count(self) -> None:
        now = used()
        if self.module:
            self.modules[self.module] += max(now - self.before, 0)
        self.before = now


# --- the table ----------------------------------------------------------------------------------------------


def table() -> str:
    """What was noted, as Markdown."""
    noted = read()
    total = sum(noted["steps"].values())
    lines = ["| step of `make test` | processor seconds |", "|---|---:|"]
    lines += [f"| {name} | {seconds:,.0f} |" for name, seconds in noted["steps"].items()]
    lines += [f"| **all** | **{total:,.0f}** |", "", "| test module | processor seconds |", "|---|---:|"]
    ordered = sorted(noted["modules"].items(), key=lambda item: -item[1])
    lines += [f"| `{name}` | {seconds:,.0f} |" for name, seconds in ordered[:MOST]]
    rest = ordered[MOST:]
    return "\n".join([*lines, f"| {len(rest)} others | {sum(seconds for _, seconds in rest):,.0f} |"])


def write_table() -> None:
    """Put the table into docs/testing.md, between its two comments."""
    text = PAGE.read_text("utf-8")
    marked = re.compile(r"(?<=<!-- seconds -->\n).*(?=<!-- end of seconds -->)", re.DOTALL)
    day = time.strftime("%Y-%m-%d", time.gmtime(FILE.stat().st_mtime))
    PAGE.write_text(marked.sub(lambda _: f"\nMeasured on {day}:\n\n{table()}\n\n", text), "utf-8")


def main() -> None:
    """The command line: see the first lines of this file."""
    if sys.argv[1:2] == ["run"]:
        sys.exit(run(sys.argv[2], sys.argv[3:]))
    write_table()


if __name__ == "__main__":
    main()
