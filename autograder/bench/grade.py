"""Measures grading: against stock nbgrader on the same submissions, and over many small submissions."""

import contextlib
import copy
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from autograder.engine.assignment import load_assignment
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.sample_class import write_sample_class
from autograder.practical.cells import grade_id
from autograder.practical.notebooks import set_cell_ids
from autograder.practical.paths import COURSE_ROOT_MARKER, course_config

PRACTICAL = "p01_mlp_basics"
STOCK = "stock nbgrader"
STOCK_SUBMISSIONS = 3  # a round: it takes more than a minute for each
WORKERS = (1, 2)  # of the ways that are compared
MORE_WORKERS = 4  # whose memory is measured too
HUNDRED = 100  # submissions at the beginning and at the end that are compared
SAMPLE_SECONDS = 1.0  # between two looks at the processes
PARTS = {
    "start": "kernels: start and attach",
    "student": "the student's and the given cells",
    "tests": "test cells",
    "stop": "kernels: stop",
    "record": "scores, notebook and rows",
    "feedback": "feedback page",
}
OWN_COMPUTE = ("student", "tests")  # the parts that any grader has; the others are overhead
FINISHED = re.compile(r"^\d+/\d+ ")  # a line of a grading run that tells of a submission


@dataclass
class Run:
    """One run of one way to grade.

    Args:
        way: its name.
        submissions: how many it graded.
        seconds: from the start of the command to its end.
        processor_seconds: of all its processes; of each, what it had used when it was last seen, once a
            second.
        peak_memory: of all its processes together, in bytes (PSS: shared pages count once).
        parts: median seconds of each part of a submission; empty for stock nbgrader.
        scores: by student and graded cell.
    """

    way: str
    submissions: int
    seconds: float
    processor_seconds: float
    peak_memory: int
    parts: dict[str, float] = field(default_factory=dict)
    scores: dict[str, float | None] = field(default_factory=dict)

    @property
    def each(self) -> float:
        """Seconds for each submission, starting the command included."""
        return self.seconds / self.submissions


def bench_grade(
    root: Path, submissions: int, rounds: int, console: Console, json_file: Path | None = None
) -> list[Run]:
    """Grade submissions of P01 with stock nbgrader and with `practicals grade`, in turn.

    Stock nbgrader is `nbgrader autograde` with its own configuration: its own `Execute`, its own list of
    preprocessors, one kernel after the other, experiments included. It gets the first three submissions,
    `practicals grade` all of them. All at the quick budget, with a gradebook of its own for each run; what
    comes first changes from round to round.

    Args:
        root: the checkout; its P01 must be built.
        submissions: how many submissions `practicals grade` gets.
        rounds: how often each way is measured.
        console: where the table goes.
        json_file: where all figures go; default: nowhere.

    Returns:
        all runs, in their order.

    Raises:
        PracticalsError: P01 is not built, or a run failed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-grade-") as name:
        folder = Path(name)
        students = _write_class(root, folder / "class", submissions)
        _write_stock_course(root, folder, students[:STOCK_SUBMISSIONS])
        ways: list[str | int] = [STOCK, *WORKERS]
        runs: list[Run] = []
        for number in range(rounds):
            first = number % len(ways)
            for way in ways[first:] + ways[:first]:
                runs.append(_run_ours(root, folder, way) if isinstance(way, int) else _run_stock(folder))
                console.print(f"round {number + 1} of {rounds}: {_in_words(runs[-1])}", highlight=False)
        runs.append(_run_ours(root, folder, MORE_WORKERS))
        console.print(f"for its memory: {_in_words(runs[-1])}", highlight=False)
    differences = _differences(runs)
    _show(runs, console)
    if json_file is not None:
        write_atomically(json_file, json.dumps([asdict(run) for run in runs], indent=1) + "\n")
    if differences:
        raise PracticalsError(
            f"the ways disagree about points: {'; '.join(differences[:5])}",
            "Look at these cells in both gradebooks: speed is worth nothing without the same points",
        )
    return runs


def _name(way: str | int) -> str:
    return f"practicals grade, {way} worker{'s' * (way > 1)}" if isinstance(way, int) else way


def _in_words(run: Run) -> str:
    return (
        f"{run.way}: {run.each:.1f} s for each of {run.submissions} submissions, "
        f"{run.peak_memory / 2**20:,.0f} MB at most"
    )


def _write_class(root: Path, folder: Path, submissions: int) -> list[str]:
    """Write a class of honest submissions: of the sample class those that stock nbgrader can grade, too."""
    samples = write_sample_class(root, PRACTICAL, folder)
    fine = [one.student_id for one in samples if one.status == "graded" and not one.note]
    for sample in samples:
        if sample.student_id not in fine:
            shutil.rmtree(folder / sample.student_id)
    originals = list(fine)
    for number in range(len(fine), submissions):
        fine.append(f"t{number + 1:03}")
        shutil.copytree(folder / originals[number % len(originals)], folder / fine[-1])
    for name in fine[submissions:]:
        shutil.rmtree(folder / name)
    return fine[:submissions]


def _write_stock_course(root: Path, folder: Path, students: list[str]) -> None:
    """A course with nbgrader's own settings, its gradebook ready: `folder/stock`."""
    course = folder / "stock"
    source = course / "source" / PRACTICAL
    source.mkdir(parents=True)
    shutil.copy(root / "source" / PRACTICAL / f"{PRACTICAL}.ipynb", source)
    write_atomically(course / "nbgrader_config.py", "c = get_config()\n")
    for name in students:
        shutil.copytree(folder / "class" / name, course / "submitted" / name)
    _measured([sys.executable, "-m", "nbgrader", "generate_assignment", PRACTICAL], course)
    shutil.copy(course / "gradebook.db", folder / "stock.db")


def _run_stock(folder: Path) -> Run:
    course = folder / "stock"
    shutil.rmtree(course / "autograded", ignore_errors=True)
    shutil.copy(folder / "stock.db", course / "gradebook.db")
    figures = _measured([sys.executable, "-m", "nbgrader", "autograde", PRACTICAL], course)
    scores: dict[str, float | None] = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        submitted = book.assignment_submissions(PRACTICAL)
        for submission in submitted:
            for notebook in submission.notebooks:
                scores |= {f"{submission.student_id} {one.name}": one.auto_score for one in notebook.grades}
    return Run(STOCK, len(submitted), scores=scores, **figures)


def _run_ours(root: Path, folder: Path, workers: int) -> Run:
    output = folder / "ours"
    shutil.rmtree(output, ignore_errors=True)
    report = folder / "ours.json"
    command = practicals_command(
        "grade", PRACTICAL, "--submitted", folder / "class", "--output", output, "--json", report,
        "--workers", workers,
    )  # fmt: skip
    figures = _measured(command, root)
    results = json.loads(report.read_text())["submissions"]
    parts = {
        part: statistics.median(one["seconds_by_part"].get(part, 0.0) for one in results) for part in PARTS
    }
    scores = {
        f"{one['student_id']} {cell['grade_id']}": cell["score"] for one in results for cell in one["cells"]
    }
    return Run(_name(workers), len(results), parts=parts, scores=scores, **figures)


def practicals_command(*arguments: str | Path | int) -> list[str]:
    """A command of `practicals`, run by this Python."""
    code = "import sys; from autograder.cli import main; sys.argv[0] = 'practicals'; main()"
    return [sys.executable, "-c", code, *map(str, arguments)]


def quick_environment() -> dict[str, str]:
    """For both ways the same: the quick budget, this Python's programs, no messages of TensorFlow."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": beside, "COURSE_BUDGET": "quick", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _measured(command: list[str], folder: Path) -> dict[str, Any]:
    """Run a command; seconds, processor seconds and peak memory of its processes."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=quick_environment(), stdout=output, stderr=subprocess.STDOUT
        )
        with _watched(process.pid) as family:
            process.wait()
        seconds = time.monotonic() - start
        if process.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()[-15:]
            raise PracticalsError(
                f"a measured command ended with status {process.returncode}: {' '.join(command[-8:])}",
                "It said:\n" + "\n".join(said),
            )
    return {
        "seconds": seconds,
        "processor_seconds": sum(_last_of_each(look.processor for look in family).values()),
        "peak_memory": max((look.memory for look in family), default=0),
    }


def _last_of_each(looks: Iterable[dict[tuple, float]]) -> dict[tuple, float]:
    """What was seen last of each process."""
    return {process: used for look in looks for process, used in look.items()}


@dataclass
class Look:
    """The processes of a run at one time.

    Args:
        at: when, on the monotonic clock.
        memory: of all together, PSS in bytes.
        processor: seconds that each has used so far, by process id and time of its start.
        resident: memory of each, RSS in bytes, by the same.
        processes: how many.
        descriptors: how many they have open, all together.
    """

    at: float
    memory: int = 0
    processor: dict[tuple, float] = field(default_factory=dict)
    resident: dict[tuple, int] = field(default_factory=dict)
    processes: int = 0
    descriptors: int = 0


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[list[Look]]:
    """Look at a process and its descendants every second; the list grows while the block runs."""
    looks: list[Look] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            looks.append(_look(pid))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield looks
    finally:
        over.set()
        thread.join()


def _running(processes: list[psutil.Process]) -> list[str]:
    """Those that have not ended; an orphan that has stays listed where process 1 never asks how it ended."""
    running = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                running.append(str(process))
    return running


def _look(pid: int) -> Look:
    look = Look(time.monotonic())
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return look
    for process in family:
        with contextlib.suppress(OSError, psutil.Error):  # it has ended, or is not ours to look into
            one = process.pid, process.create_time()
            used = process.cpu_times()
            look.processor[one] = used.user + used.system
            look.resident[one] = process.memory_info().rss
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            look.memory += 1024 * int(re.findall(r"^Pss: +(\d+)", rollup, re.MULTILINE)[0])
            look.descriptors += len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
            look.processes += 1
    return look


def _differences(runs: list[Run]) -> list[str]:
    """Cells whose points are not the same in all runs."""
    first = runs[0].scores
    found = []
    for run in runs[1:]:
        for cell in sorted(first.keys() & run.scores.keys()):
            if (one := first[cell]) != (other := run.scores[cell]):
                found.append(f"{cell}: {one} ({runs[0].way}), {other} ({run.way})")
    return list(dict.fromkeys(found))


def _show(runs: list[Run], console: Console) -> None:
    ways = list(dict.fromkeys(run.way for run in runs))
    of = {way: [run for run in runs if run.way == way] for way in ways}
    each = {way: statistics.median(run.each for run in of[way]) for way in ways}
    table = Table(title=f"Grading submissions of {PRACTICAL}")
    table.add_column("Way")
    for heading in (
        "Submissions",
        "Seconds each",
        "Range",
        "Processor s each",
        "Times as fast",
        "Peak memory",
    ):
        table.add_column(heading, justify="right")
    for way in ways:
        times = [run.each for run in of[way]]
        processor = statistics.median(run.processor_seconds / run.submissions for run in of[way])
        table.add_row(
            way.removeprefix("practicals grade, "),
            f"{len(of[way])} × {of[way][0].submissions}",
            f"{each[way]:.1f}",
            f"{min(times):.1f} to {max(times):.1f}",
            f"{processor:.1f}",
            f"{each[STOCK] / each[way]:.1f}",
            f"{max(run.peak_memory for run in of[way]) / 2**20:,.0f} MB",
        )
    console.print(table)
    parts = Table(title="Seconds of a submission (medians)")
    parts.add_column("Part")
    ours = [way for way in ways if way != STOCK]
    median = {
        way: {part: statistics.median(run.parts[part] for run in of[way]) for part in PARTS} for way in ours
    }
    for way in ours:
        parts.add_column(way.removeprefix("practicals grade, "), justify="right")
    for part, words in PARTS.items():
        parts.add_row(words, *(f"{median[way][part]:.2f}" for way in ours))
    overhead = {way: sum(median[way][part] for part in PARTS if part not in OWN_COMPUTE) for way in ours}
    parts.add_row("overhead: all but cells and tests", *(f"{overhead[way]:.2f}" for way in ours))
    console.print(parts)
    two = _name(2)
    console.print(
        f"With two workers, `practicals grade` took {each[two]:.1f} s for a submission, stock nbgrader "
        f"{each[STOCK]:.1f} s: {each[STOCK] / each[two]:.1f} times as fast. Starting the commands is "
        f"included; stock nbgrader graded {of[STOCK][0].submissions} submissions a run.",
        highlight=False,
        soft_wrap=True,
    )


# --- many small submissions ---------------------------------------------------------------------------------

LIGHT = "light"
LIGHT_ANSWERS = {
    "square": "def square(x):\n    return x * x",
    "mean": "def mean(values):\n    return float(np.mean(values))",
}
LIGHT_TESTS = {
    "square": "expect.equal(square(3), 9, 'the square of 3')",
    "mean": "expect.equal(mean([1, 2, 6]), 3.0, 'the mean')",
}


@dataclass
class Light:
    """What grading many small submissions took.

    Args:
        submissions: how many.
        workers: how many were executed at a time.
        seconds: of the whole run.
        first: seconds for each of the first hundred.
        last: seconds for each of the last hundred.
        looks: at the processes, from the first submission finished to the last.
        left: of its processes and temporary files those that were there after it.
    """

    submissions: int
    workers: int
    seconds: float
    first: float
    last: float
    looks: list[Look]
    left: list[str]

    def ends(self, what: str) -> tuple[float, float]:
        """Median of `memory`, `processes` or `descriptors` in the first and the last quarter of the run."""
        return self._medians([getattr(look, what) for look in self.looks])

    def lasting(self) -> tuple[float, float]:
        """The same of the resident memory of those processes that live throughout, not of the kernels."""
        throughout = frozenset.intersection(*(frozenset(look.resident) for look in self.looks))
        return self._medians([sum(look.resident[one] for one in throughout) for look in self.looks])

    @staticmethod
    def _medians(values: list[float]) -> tuple[float, float]:
        quarter = max(len(values) // 4, 1)
        return statistics.median(values[:quarter]), statistics.median(values[-quarter:])


def bench_light(
    root: Path, submissions: int, workers: int, console: Console, json_file: Path | None = None
) -> Light:
    """Grade many submissions of a practical that computes next to nothing: what grows with their number?

    Args:
        root: the checkout, whose nbgrader_config.py counts.
        submissions: how many.
        workers: how many are executed at a time.
        console: where the table goes.
        json_file: where all figures go; default: nowhere.

    Raises:
        PracticalsError: the run failed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-light-") as name:
        course = Path(name)
        _write_light_course(root, course, submissions)
        command = practicals_command("grade", LIGHT, "--submitted", course / "class", "--workers", workers)
        start = time.monotonic()
        finished = []
        process = subprocess.Popen(
            command, cwd=course, env=quick_environment(),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = []
        with _watched(process.pid) as looks:
            for line in process.stdout or ():
                said.append(line)
                if FINISHED.match(line):
                    finished.append(time.monotonic())
                    family = psutil.Process(process.pid).children(recursive=True)
        process.wait()
        seconds = time.monotonic() - start
        if process.returncode or len(finished) != submissions:
            raise PracticalsError(
                f"grading {submissions} submissions ended with status {process.returncode}",
                "It said:\n" + "".join(said[-15:]),
            )
        _, listed = psutil.wait_procs(family, timeout=5)
        left = [*_running(listed), *_temporary_files(process.pid)]
        some = min(HUNDRED, submissions // 2)
        light = Light(
            submissions,
            workers,
            seconds,
            (finished[some] - finished[0]) / some,
            (finished[-1] - finished[-1 - some]) / some,
            [look for look in looks if finished[0] <= look.at <= finished[-1]],
            left,
        )
    _show_light(light, some, console)
    if json_file is not None:
        report = asdict(light)
        for look in report["looks"]:
            del look["processor"], look["resident"]
        write_atomically(json_file, json.dumps(report, indent=1) + "\n")
    return light


def _temporary_files(pid: int) -> list[str]:
    """What the engine of a grading process has laid into the temporary folder."""
    return sorted(map(str, Path(tempfile.gettempdir()).glob(f"practicals-{pid}-*")))


def _write_light_course(root: Path, course: Path, submissions: int) -> None:
    shutil.copy(root / COURSE_ROOT_MARKER, course)
    source = course / "source" / LIGHT / f"{LIGHT}.ipynb"
    write_atomically(source.with_suffix(".py"), "# stands for the text that authors edit\n")
    write_atomically(source, nbformat.writes(_light_notebook()))
    released = load_assignment(source, course_config(course)).released
    answered = copy.deepcopy(released)
    for cell in answered.cells:
        cell.source = LIGHT_ANSWERS.get(grade_id(cell) or "", cell.source)
    text = nbformat.writes(answered)
    for number in range(submissions):
        folder = course / "class" / f"s{number:05}" / LIGHT
        write_atomically(folder / f"{LIGHT}.ipynb", text)


def _light_notebook() -> NotebookNode:
    cells = [
        new_markdown_cell("# A small practical"),
        new_code_cell("import numpy as np\n\nfrom course_utils import expect"),
    ]
    for name, answer in LIGHT_ANSWERS.items():
        head, body = answer.split("\n", 1)
        solution = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
        settings = {"schema_version": 3, "grade_id": name, "grade": False, "solution": True, "locked": False}
        cells.append(new_code_cell(solution, metadata={"nbgrader": settings}))
        test = (
            f'with expect.exercise("{name}", points=2) as exercise:\n'
            f'    with exercise.part("its value", points=2):\n        {LIGHT_TESTS[name]}\nexercise.score'
        )
        settings = {
            "schema_version": 3, "grade_id": f"{name}-test", "grade": True, "solution": False,
            "locked": True, "points": 2,
        }  # fmt: skip
        cells.append(new_code_cell(test, metadata={"nbgrader": settings}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    set_cell_ids(notebook)
    return notebook


def _show_light(light: Light, some: int, console: Console) -> None:
    table = Table(title=f"{light.submissions:,} small submissions, {light.workers} workers")
    for heading in ("", "at the beginning", "at the end"):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_row(f"seconds each (of {some})", f"{light.first:.2f}", f"{light.last:.2f}")
    for (first, last), words, unit in (
        (light.ends("memory"), "memory of all processes (PSS), MB", 2**20),
        (light.lasting(), "of those that live throughout (RSS), MB", 2**20),
        (light.ends("processes"), "processes", 1),
        (light.ends("descriptors"), "open descriptors", 1),
    ):
        table.add_row(words, f"{first / unit:,.0f}", f"{last / unit:,.0f}")
    console.print(table)
    console.print(
        f"{light.seconds:.0f} s in all; processes and temporary files left: {len(light.left)}.",
        highlight=False,
        soft_wrap=True,
    )
