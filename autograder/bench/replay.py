"""Measures recording: a few executed submissions, recorded many times; killed once, and resumed."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import psutil
from nbgrader.api import BaseCell, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from autograder.bench.grade import (
    FINISHED,
    PRACTICAL,
    Look,
    _running,
    _watched,
    _write_class,
    quick_environment,
)
from autograder.engine.executor import settings
from autograder.engine.job import Job, execute_job, recipe
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.options import GradeOptions
from autograder.grading.record import Record
from autograder.grading.run import course_of, grade
from autograder.grading.workers import Executed

FEW = 3
LEAST = 200  # fewer may all be recorded before the first run is killed
UNCHANGED = "(unchanged)"  # what a grading run says of a submission that an earlier one recorded
CODE = (
    "import sys; from pathlib import Path; from autograder.bench.replay import record_again; "
    "record_again(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))"
)


@dataclass
class Replay:
    """What recording took.

    Args:
        submissions: how many.
        first: of the first tenth, how many a second.
        last: of the last tenth.
        writer: processor seconds of the one process that records, for each submission.
        memory: of that process (RSS), and of it and those that render (PSS): in the first and the last tenth.
        killed_after: so many were shown as done when the process was killed.
        kept: so many had been recorded by then, as the second run found.
        lost: shown as done before, and recorded once more.
        wrong: what is not as it should be in the gradebook and the folders at the end, in words.
        left: processes that were there a while after the kill.
    """

    submissions: int
    first: float
    last: float
    writer: float
    memory: dict[str, tuple[float, float]]
    killed_after: int
    kept: int
    lost: list[str]
    wrong: list[str]
    left: list[str]


def bench_replay(root: Path, submissions: int, console: Console, json_file: Path | None = None) -> Replay:
    """Execute a few submissions of P01, and record what came out many times, as `practicals grade` does.

    The made-up students' hand-ins are those few, so that all but the execution is as with a class of that
    size: collecting, rebuilding, rendering, rows, files, table. In the middle the whole command is killed, as
    by `kill -9`, and started again.

    Args:
        root: the checkout; its P01 must be built.
        submissions: how many are recorded.
        console: where the table goes.
        json_file: where all figures go; default: nowhere.

    Raises:
        PracticalsError: these are too few, P01 is not built, a run failed, or something was lost or doubled.
    """
    if submissions < LEAST:
        raise PracticalsError(f"{submissions} are too few to measure", f"Give --replay {LEAST} or more")
    with tempfile.TemporaryDirectory(prefix="bench-replay-") as name:
        folder = Path(name)
        students = _write_class(root, folder / "few", FEW)
        found = replay(
            root, PRACTICAL, [folder / "few" / one / PRACTICAL for one in students], submissions, folder
        )
    _show(found, console)
    if json_file is not None:
        write_atomically(json_file, json.dumps(asdict(found), indent=1) + "\n")
    if found.lost or found.wrong:
        raise PracticalsError(
            f"after a kill and a second run, {'; '.join([*found.lost, *found.wrong][:5])}",
            "Look into autograder/grading/run.py: a record is to be written last",
        )
    return found


def replay(root: Path, practical: str, few: list[Path], submissions: int, folder: Path) -> Replay:
    """Execute a few hand-ins and record them many times.

    Args:
        root: the checkout.
        practical: name of the practical.
        few: folders of hand-ins, in nbgrader's layout.
        submissions: how many are recorded.
        folder: for all that this takes.

    Raises:
        PracticalsError: a run failed.
    """
    folder.mkdir(exist_ok=True)
    execute_few(root, practical, few, folder)
    for number in range(submissions):
        hand_in = folder / "class" / _student(number, len(few)) / practical
        shutil.copytree(few[number % len(few)], hand_in, copy_function=os.link)
    command = [sys.executable, "-c", CODE, str(root), practical, str(folder)]
    half = submissions // 2
    before, looks, left = run_recording(command, root, until=half)
    after, more, _ = run_recording(command, root)
    recorded = {student: at for student, at, line in after if UNCHANGED not in line}
    kept = {student for student, _, line in after if UNCHANGED in line}
    tenth = max(submissions // 10, 2)
    first, last = [at for _, at, _ in before][:tenth], list(recorded.values())[-tenth:]
    return Replay(
        submissions,
        (len(first) - 1) / (first[-1] - first[0]),
        (len(last) - 1) / (last[-1] - last[0]),
        _processor(looks, before[0][1], before[-1][1]) / len(before),
        {
            what: (_median(looks, first, of), _median(more, last, of))
            for what, of in (("the process that records (RSS)", _writer), ("all processes (PSS)", _all))
        },
        len(before),
        len(kept),
        sorted(student for student, _, _ in before if student in recorded),
        list(_wrong(root, practical, folder, submissions, len(few))),
        left,
    )


def _student(number: int, few: int) -> str:
    return f"r{number:06}-{number % few}"


def execute_few(root: Path, practical: str, few: list[Path], folder: Path) -> None:
    """Execute hand-ins, and write into `folder` what came of them.

    Args:
        root: the checkout.
        practical: name of the practical.
        few: folders of hand-ins, in nbgrader's layout.
        folder: gets `executed.json`.
    """
    course = course_of(root, practical, GradeOptions())
    limits, sandboxed = settings(course.config)
    made = recipe(course.source, course.config, limits, sandboxed=sandboxed, given=course.given)
    executed = []
    for hand_in in few:
        notebook = nbformat.read(hand_in / f"{practical}.ipynb", as_version=4)
        executed.append(execute_job(made.job(notebook)))
    write_atomically(folder / "executed.json", json.dumps(executed))


def record_again(root: Path, practical: str, folder: Path) -> None:
    """Grade the class in `folder`, with what was executed before in place of executions."""
    executed: list[Executed] = json.loads((folder / "executed.json").read_text())

    def replayed(students: list[str], job: Callable[[str], Job]) -> Iterator[tuple[str, Future[Executed]]]:
        for student in students:
            job(student)  # rebuilt by this process, wherever it is executed
            text, seconds = executed[int(student.rpartition("-")[2])]
            future: Future[Executed] = Future()
            future.set_result((text, dict(seconds)))
            yield student, future

    options = GradeOptions(submitted=folder / "class", output=folder / "out")
    grade(root, practical, Console(), options, nullcontext(replayed))


def run_recording(
    command: list[str], root: Path, until: int | None = None
) -> tuple[list[tuple[str, float, str]], list[Look], list[str]]:
    """Run the recording process, to its end or until so many are done; then it is killed.

    Args:
        command: what is run.
        root: the checkout, where it is run.
        until: so many; default: to its end.

    Returns:
        student, time and line of each submission that it told of; looks at the processes; those that were
        left.

    Raises:
        PracticalsError: it ended with another status than 0, and was to run to its end.
    """
    told: list[tuple[str, float, str]] = []
    said: list[str] = []
    family: list[psutil.Process] = []
    with subprocess.Popen(
        command,
        cwd=root,
        env=quick_environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        with _watched(process.pid) as looks:
            for line in process.stdout or ():
                said.append(line)
                if FINISHED.match(line):
                    told.append((line.split()[1].rstrip(":"), time.monotonic(), line))
                    if len(told) == until:
                        family = psutil.Process(process.pid).children(recursive=True)
                        process.kill()
        process.wait()
    if until is None and process.returncode:
        raise PracticalsError(
            f"recording ended with status {process.returncode}", "It said:\n" + "".join(said[-15:])
        )
    _, listed = psutil.wait_procs(family, timeout=10)
    return told, looks, _running(listed)


def _processor(looks: list[Look], start: float, end: float) -> float:
    """Processor seconds of the first process between two times."""
    used = [
        next(iter(look.processor.values())) for look in looks if look.processor and start <= look.at <= end
    ]
    return used[-1] - used[0] if len(used) > 1 else float("nan")


def _writer(look: Look) -> float:
    return next(iter(look.resident.values()))


def _all(look: Look) -> float:
    return look.memory


def _median(looks: list[Look], times: list[float], of: Callable[[Look], float]) -> float:
    found = [of(look) for look in looks if look.resident and times[0] <= look.at <= times[-1] + 1]
    return statistics.median(found) if found else float("nan")


def _wrong(root: Path, practical: str, folder: Path, submissions: int, few: int) -> Iterator[str]:
    """What was lost or doubled: rows of the gradebook, notebooks, pages, records."""
    course = course_of(root, practical, GradeOptions(submitted=folder / "class", output=folder / "out"))
    expected = {_student(number, few) for number in range(submissions)}
    scores: dict[str, set[tuple]] = {}
    with Gradebook(course.gradebook.address) as book:
        rows = book.db.execute(
            select(
                SubmittedAssignment.student_id,
                func.count(Grade.id),
                func.count(BaseCell.name.distinct()),
                func.sum(Grade.auto_score),
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .group_by(SubmittedAssignment.id)
        ).all()
    students = [student for student, *_ in rows]
    if len(students) != len(set(students)):
        yield f"{len(students) - len(set(students))} submissions are twice in the gradebook"
    if missing := expected - set(students):
        yield f"{len(missing)} submissions are not in the gradebook"
    for student, *of in rows:
        scores.setdefault(student.rpartition("-")[2], set()).add(tuple(of))
    for one, kinds in scores.items():
        if len(kinds) != 1 or any(grades != names for grades, names, _ in kinds):
            yield f"copies of submission {one} have other grades: {sorted(kinds)}"
    for student in sorted(expected):
        record = Record.read(Record.path(course.autograded, student, practical))
        if record is None or record.problem or not record.digest:
            yield f"{student} has no record"
        notebook = course.autograded / student / practical / f"{practical}.ipynb"
        if not notebook.is_file() or not course.page(student).is_file():
            yield f"{student} has no notebook or no page"


def _show(found: Replay, console: Console) -> None:
    table = Table(title=f"{found.submissions:,} submissions, recorded and not executed")
    for heading in ("", "first tenth", "last tenth"):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_row("submissions a second", f"{found.first:.1f}", f"{found.last:.1f}")
    for what, (first, last) in found.memory.items():
        table.add_row(f"memory of {what}, MB", f"{first / 2**20:,.0f}", f"{last / 2**20:,.0f}")
    console.print(table)
    console.print(
        f"The process that records took {found.writer:.3f} processor seconds for each. Killed when "
        f"{found.killed_after:,} were shown as done: {found.kept:,} had been recorded, the second run "
        f"recorded the other {found.submissions - found.kept:,}. Lost: {len(found.lost)}; doubled or wrong: "
        f"{len(found.wrong)}; processes left: {len(found.left)}.",
        highlight=False,
        soft_wrap=True,
    )
