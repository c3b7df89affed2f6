"""The probes of the sandbox: what a student may try, harmless by construction.

A file in tests/probes/cells is the code of one cell. It caps itself a little above the limit that it tests,
ends by its own deadline, and prints a marker, or leaves one in a course folder made for it, where it got
through. `# waits` gives it cells of 2 s, since what only waits has ten times as long by the clock. Names in
capitals stand for the caps:

    COURSE                      a folder with a course, a gradebook, another submission and sockets; a probe
                                that sees it is outside the sandbox, and touches only what is marked there
    MEMORY_LIMIT                bytes of memory
    FILE_LIMIT, EXCHANGE_LIMIT  bytes of files, and of those in the folder between the kernels
    PROCESS_LIMIT, COUNT_LIMIT  processes and threads, and files
    MESSAGE_LIMIT, QUEUE_LIMIT  bytes of one message, and messages that wait
    TEXT_LIMIT                  bytes of the text that is kept of a cell
    ARRAY_LIMIT                 bytes of one array between the kernels
    DEADLINE                    seconds after which what would be endless ends, by the clock
    PORT                        of a socket on loopback that waits for the probe
"""

import contextlib
import hashlib
import re
import runpy
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import engine_course as course
from checkout import ROOT
from nbformat import NotebookNode

from autograder.engine.inside import codec
from autograder.engine.inside.places import IN_EXCHANGE, MESSAGE, QUEUE, WORKSPACE
from autograder.engine.limits import Limits
from autograder.practical.cells import is_test

FILES = sorted((ROOT / "tests" / "probes" / "cells").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "tests" / "probes" / "notebooks").glob("*.py"))
SECRET = "secret-0815"  # in every file of the course that a probe may look for
HIDDEN = "hidden-4711"  # in every test cell
REACHED = "REACHED"  # what a probe prints that got through
# small where they can be, so that a probe needs little to go beyond
LIMITS = Limits(cell_seconds=8, notebook_seconds=100, memory=1024, processes=100)
CAPS = {
    "MEMORY_LIMIT": LIMITS.resources.memory,
    "PROCESS_LIMIT": LIMITS.processes,
    "FILE_LIMIT": WORKSPACE,
    "EXCHANGE_LIMIT": IN_EXCHANGE,
    "COUNT_LIMIT": 20_000,
    "MESSAGE_LIMIT": MESSAGE,
    "QUEUE_LIMIT": QUEUE,
    "TEXT_LIMIT": LIMITS.cell_text_bytes,
    "ARRAY_LIMIT": codec.MAX_ARRAY,
    "DEADLINE": 40,
}


@dataclass
class Host:
    """A course on the grader's machine, and those who wait there for a probe.

    Args:
        course: its folder.
        victim: a process that does nothing.
        listeners: sockets that nobody may reach.
        port: of the one on loopback.
    """

    course: Path
    victim: subprocess.Popen
    listeners: list[socket.socket]
    port: int

    def text(self, name: str, **caps: int) -> str:
        """The code of a probe, aimed at this host; its marker never stands in the code itself."""
        text = (ROOT / "tests" / "probes" / "cells" / f"{name}.py").read_text()
        for word, value in {**CAPS, **caps, "PORT": self.port, "COURSE": self.course}.items():
            text = text.replace(word, str(value))
        return text.replace('"REACHED"', '"REA" "CHED"').replace("'REACHED'", "'REA' 'CHED'")

    def reached(self) -> bool:
        """Whether anybody connected or the process was ended."""
        for one in self.listeners:
            with contextlib.suppress(BlockingIOError):
                one.accept()[0].close()
                return True
        return self.victim.poll() is not None


@contextlib.contextmanager
def made_host(folder: Path) -> Iterator[Host]:
    """Make a course with secrets in a folder, and what waits for probes."""
    course = folder / "course"
    for path in ("source/p/p.ipynb", "submitted/other/p/p.ipynb", "autograded/other/p/p.ipynb"):
        file = course / path
        file.parent.mkdir(parents=True)
        file.write_text(SECRET)
    with sqlite3.connect(course / "gradebook.db") as book:
        book.execute("CREATE TABLE grade (auto_score)")
        book.execute("INSERT INTO grade VALUES (1)")
    with contextlib.ExitStack() as stack:
        victim = stack.enter_context(subprocess.Popen(["sleep", "600"]))
        stack.callback(victim.kill)
        (course / "victim").write_text(str(victim.pid))
        loopback = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = loopback.getsockname()[1]
        listeners = [loopback]
        for address in (str(course / "socket"), f"\0probe-{port}"):
            one = stack.enter_context(socket.socket(socket.AF_UNIX))
            one.bind(address)
            one.listen()
            listeners.append(one)
        for one in listeners:
            one.setblocking(False)
        yield Host(course, victim, listeners, port)


# --- a submission with a probe ------------------------------------------------------------------------------

HONEST = {"scale": course.SCALE, "count": course.ANSWER}
MARKS = {"scale-test": 3.0, "build-test": 0.0, "train-test": 0.0, "count-test": 2.0}


def probing_submission(name: str, host: Host, **caps: int) -> tuple[NotebookNode, dict[str, float]]:
    """Two honest answers and a probe, and the marks that they earn."""
    text = host.text(name, **caps)
    (cell,) = re.findall("^# cell: (.*)$", text, re.MULTILINE)
    loses = " ".join(re.findall("^# loses: (.*)$", text, re.MULTILINE)).split()
    answers = HONEST if cell == "own" else {**HONEST, cell: text}
    notebook = course.submission(answers, extra=text if cell == "own" else None)
    for one in notebook.cells:
        if is_test(one):
            one.source = f"{HIDDEN.replace('-', '_')} = '{HIDDEN}'  # {HIDDEN}\n{one.source}"
    marks = {**MARKS, **dict.fromkeys(loses, 0.0)}
    return notebook, {**marks, f"{cell}-test": 0.0} if cell in HONEST else marks


def edit_of(file: Path) -> Callable[[NotebookNode], None]:
    """What a file of tests/probes/notebooks does to a submitted notebook, in place."""
    return runpy.run_path(str(file))["edit"]


def digest(folder: Path) -> dict[str, str]:
    """Of every file in a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
