"""How long whoever marks essays waits for the next one, and for a mark to be saved."""

import copy
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import nbformat
from rich.console import Console
from rich.table import Table

from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.course import Course
from autograder.practical.cells import is_essay, name_of
from autograder.practical.notebooks import read_notebook

ADDRESS = re.compile(rb"http://127\.0\.0\.1:(\d+)/\?token=(\S+)")


@dataclass(frozen=True)
class Waits:
    """Seconds of each of many waits, with what is waited for."""

    what: str
    seconds: list[float]

    @property
    def row(self) -> list[str]:
        """Number, median, 95 % and slowest, in milliseconds."""
        in_order = sorted(self.seconds)
        late = in_order[min(len(in_order) - 1, round(0.95 * len(in_order)))]
        shown = (statistics.median(in_order), late, in_order[-1])
        return [str(len(in_order)), *(f"{1000 * one:.0f} ms" for one in shown)]


def bench_mark(
    root: Path, practical: str, essays: int, console: Console, json_file: Path | None
) -> list[Waits]:
    """Time what the page of `practicals mark` waits for: each essay of a class, once, and a mark for each.

    The class is made up, with the practical's model answer as everybody's essay; nothing is executed. The
    page fetches answers before they are wanted, so what is timed is the longest that a key can wait for the
    server; painting comes on top (docs/performance.md).

    Args:
        root: the checkout.
        practical: one with an essay.
        essays: how many students.
        console: where the table goes.
        json_file: the figures as JSON; default: none.

    Raises:
        PracticalsError: the practical has no essay, or the page does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        course = Course(root, practical, Path(folder).resolve(), Path(folder, "submitted"))
        question = _make_class(course, essays)
        waits = _timed(course, question)
    table = Table(title=f"Marking {essays} essays of {practical}")
    table.add_column("Waiting for")
    for heading in ("Times", "Median", "95 %", "Slowest"):
        table.add_column(heading, justify="right")
    for one in waits:
        table.add_row(one.what, *one.row)
    console.print(table)
    if json_file is not None:
        figures = {
            "practical": practical,
            "essays": essays,
            "seconds": {one.what: one.seconds for one in waits},
        }
        write_atomically(json_file, json.dumps(figures, indent=1) + "\n")
    return waits


def _make_class(course: Course, essays: int) -> str:
    """A class whose essays wait to be marked; returns the `grade_id` of the first essay."""
    written = {name_of(cell): cell for cell in read_notebook(course.source).cells if is_essay(cell)}
    if not written:
        raise PracticalsError(f"{course.practical} asks for no essay", "Name another practical")
    course.prepare()
    notebook = copy.deepcopy(course.assignment.graded)
    answers = {name_of(cell): cell for cell in notebook.cells if is_essay(cell)}
    reference = {name: cell.source.partition("### BEGIN MARK SCHEME")[0] for name, cell in written.items()}
    with course.gradebook.open() as book:
        for number in range(essays):
            student = f"student-{number:04}"
            for name, cell in answers.items():
                cell.source = f"{reference[name]}\n\nSo says {student}."
            path = course.autograded / student / course.practical / f"{course.practical}.ipynb"
            write_atomically(path, nbformat.writes(notebook))
            book.update_or_create_student(student)
            book.update_or_create_submission(course.practical, student)
            for name in answers:
                book.find_grade(name, course.practical, course.practical, student).needs_manual_grade = True
        book.db.commit()
    return next(iter(answers))


def _timed(course: Course, question: str) -> list[Waits]:
    command = [
        sys.executable, "-m", "autograder.cli", "mark", course.practical, "--no-browser",
        "--output", str(course.output),
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        try:
            started = next((found for line in server.stdout if (found := ADDRESS.search(line))), None)
            if started is None:
                raise PracticalsError("`practicals mark` did not start", "Run it to see why")
            page = _Page(int(started[1]), started[2].decode())
            first = page.get("question", question=question)
            keys = [one["key"] for one in first["essays"]]
            opened = Waits("the question, with the list of the class", [page.seconds])
            answers, marks = Waits("the next essay", []), Waits("a mark to be saved", [])
            for key in keys:
                page.get("answer", question=question, key=key)
                answers.seconds.append(page.seconds)
                page.put(
                    question=question, key=key, field="score", value="1", seen={"score": None, "comment": ""}
                )
                marks.seconds.append(page.seconds)
            return [answers, marks, opened]
        finally:
            server.terminate()


class _Page:
    """What the page asks its server, with the seconds of the last answer."""

    def __init__(self, port: int, token: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Cookie": f"marking-{port}={token}", "Origin": f"http://127.0.0.1:{port}"}
        self.seconds = 0.0

    def get(self, what: str, **query: str) -> Any:
        return self._ask("GET", f"/data/{what}?{urlencode(query)}", None)

    def put(self, **said: Any) -> Any:
        return self._ask("PUT", "/data/mark", json.dumps(said))

    def _ask(self, method: str, path: str, body: str | None) -> Any:
        start = time.perf_counter()
        self.connection.request(method, path, body, self.headers)
        response = self.connection.getresponse()
        content = response.read()
        self.seconds = time.perf_counter() - start
        if response.status != 200:
            raise PracticalsError(
                f"the page answered {response.status}: {content.decode()[:200]}", "Report it"
            )
        return json.loads(content)
