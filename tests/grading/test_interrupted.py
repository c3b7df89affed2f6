"""Grading runs that are killed at random moments: started again, they leave what an undisturbed run leaves.

INTERRUPTIONS says how many there are in all (default 2), INTERRUPTIONS_SEED which (default: a new one, which
the test prints).
"""

import contextlib
import ctypes
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from command_line import environment
from graded_class import by_student, command, graded
from nbgrader.api import Gradebook
from processes import alive
from sqlalchemy import text
from toy_course import GOOD, HALF_SQUARE, ToyCourse, toy_cells

from autograder.engine import split

INTERRUPTIONS = int(os.environ.get("INTERRUPTIONS", "2"))
SEED = int(os.environ.get("INTERRUPTIONS_SEED", random.SystemRandom().randrange(10**6)))
SUBMISSIONS = 30
PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
TO_THE_GRADER = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


def submit_class(toy: ToyCourse) -> None:
    """A class of all kinds: right, wrong, late, unanswered, broken; and one whose kernel dies."""
    kinds = [
        lambda name: toy.submit(name, GOOD, timestamp="2025-11-30 17:00:00 UTC"),
        lambda name: toy.submit(name, {**GOOD, "square": HALF_SQUARE}),
        lambda name: toy.submit(name, {**GOOD, "why": "Because é."}, timestamp="2025-11-30 21:00:00 UTC"),
        lambda name: toy.submit(name),
        lambda name: toy.submit(name, {"mean": GOOD["mean"]}, name="final (1).ipynb"),
        lambda name: toy.submit(name).write_text("{"),
        lambda name: toy.submit(name, {**GOOD, "square": "import os\ndef square(x):\n    os._exit(0)"}),
    ]
    for number in range(SUBMISSIONS):
        kinds[number % len(kinds)](f"s{number:02d}")


def dump(book: Gradebook) -> dict[str, list]:
    """Everything of a gradebook but its own identifiers and times."""
    rows = {"grades": [], "comments": [], "submissions": [], "students": [s.id for s in book.students]}
    for submission in book.assignment_submissions("toy"):
        student = submission.student_id
        rows["submissions"].append((student, str(submission.timestamp), submission.total_seconds_late))
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                scores = grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade
                rows["grades"].append((student, grade.name, *map(str, scores)))
            for comment in notebook.comments:
                rows["comments"].append(
                    (student, comment.name, str(comment.auto_comment), str(comment.manual_comment))
                )
    cells = book.find_notebook("toy", "toy").source_cells
    rows["cells"] = [(cell.name, cell.source, cell.checksum) for cell in cells]
    return {table: sorted(of_table) for table, of_table in rows.items()}


def state(output: Path) -> dict:
    """What a run leaves, times apart."""
    report = json.loads((output / "results.json").read_text())
    for submission in report["submissions"]:
        del submission["seconds"], submission["seconds_by_part"]
    with Gradebook(f"sqlite:///{output / 'gradebook.db'}") as book:
        gradebook = dump(book)
        gradebook["version"] = list(book.db.execute(text("SELECT version_num FROM alembic_version")))
    pages = {
        str(path.relative_to(output)): path.read_bytes() for path in output.glob("feedback/*/toy/*.html")
    }
    executed = {
        str(path.relative_to(output)): [cell.source for cell in nbformat.read(path, as_version=4).cells]
        for path in output.glob("autograded/*/toy/toy.ipynb")
    }
    return {
        "report": report, "gradebook": gradebook, "pages": pages, "executed": executed,
        "table": (output / "grades.csv").read_text(), "left over": left_over(output),
    }  # fmt: skip


def left_over(output: Path) -> list[str]:
    """Files that only a running program needs."""
    return sorted(
        str(path.relative_to(output))
        for path in output.rglob("*")
        if (path.name.startswith(".") and path.name != ".lock") or path.name.endswith("-journal")
    )


class Run:
    """A grading run as its own process; it can be found again with all that it started."""

    def __init__(self, toy: ToyCourse, output: Path, mark: str):
        arguments = command(toy, "--json", str(output / "results.json"), "--workers", "2")
        arguments[arguments.index("--output") + 1] = str(output)
        arguments += ["--due", "2025-11-30 18:00 UTC"]
        self.not_ours = children()
        # its own folder for temporary files, to see what stays
        self.temporary = output.with_name(f"tmp-{mark}")
        self.temporary.mkdir()
        self.process = subprocess.Popen(
            arguments, cwd=toy.root, env=environment(TMPDIR=str(self.temporary)),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def strike(self, rng: random.Random) -> str:
        """End one of its processes; what was done, or "" if none was left."""
        grader = psutil.Process(self.process.pid)
        with contextlib.suppress(psutil.NoSuchProcess):
            others = grader.children(recursive=True)
            if others and rng.random() < 0.5:
                victim, number = rng.choice(others), signal.SIGKILL
            else:
                victim, number = grader, rng.choice(TO_THE_GRADER)
            name = "grader" if victim == grader else " ".join(victim.cmdline())[:60] or victim.name()
            victim.send_signal(number)
            return f"{number.name} to {name}"
        return ""

    def end(self, seconds: float) -> str:
        """Wait for its end; what it printed."""
        printed, _ = self.process.communicate(timeout=seconds)
        return printed


@pytest.fixture(scope="module")
def adopts_orphans() -> Iterator[None]:
    """Processes whose parents have ended become children of this process, so that none is overlooked."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory, adopts_orphans) -> tuple[ToyCourse, dict, float]:
    """A class, and what an undisturbed run of it leaves and takes."""
    root = tmp_path_factory.mktemp("interrupted") / "course"
    root.mkdir()
    toy = ToyCourse(root, toy_cells())
    submit_class(toy)
    start = time.monotonic()
    run = Run(toy, root / "undisturbed", "undisturbed")
    printed = run.end(3600)
    assert run.process.returncode == 3, printed  # some submissions are broken
    return toy, state(root / "undisturbed"), time.monotonic() - start


@pytest.mark.slow
def test_whatever_is_killed_and_whenever_the_next_run_puts_it_right(workplace):
    toy, undisturbed, seconds = workplace
    rng = random.Random(SEED)
    print(f"INTERRUPTIONS_SEED={SEED}, an undisturbed run takes {seconds:.0f} s")
    done, series = 0, 0
    while done < INTERRUPTIONS:
        series += 1
        output = toy.root / f"disturbed-{series}"
        struck: list[str] = []
        # until a run ends before it is struck
        for number in range(1000):
            run = Run(toy, output, f"{series}-{number}")
            disturb = done < INTERRUPTIONS
            if disturb:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.process.wait(timeout=rng.uniform(0, 0.6) * seconds)
            strike = run.strike(rng) if disturb and run.process.poll() is None else ""
            printed = run.end(3600)
            # Ctrl-C while Python still imports the command line is Python's own affair
            assert "Traceback" not in printed or " in main\n" not in printed, f"{struck} {strike}\n{printed}"
            assert_nothing_stays(run, strike)
            if not strike:
                break
            done += 1
            struck.append(strike)
            print(f"{series}.{number}: {strike}: exit status {run.process.returncode}", flush=True)
        assert run.process.returncode == 3, printed
        assert state(output) == undisturbed, f"INTERRUPTIONS_SEED={SEED}: {struck}"


def test_a_kernel_that_is_killed_through_no_fault_of_the_submission_costs_nothing(toy, monkeypatch):
    toy.submit("s1", GOOD)
    tidy = split._Run._tidy
    killed: list[str | None] = []

    async def kill_the_first(run: split._Run) -> None:
        if not killed:
            assert run.student is not None
            killed.append(await run.student.call("import os; os.kill(os.getpid(), 9)", 20))
        await tidy(run)

    monkeypatch.setattr(split._Run, "_tidy", kill_the_first)
    result = by_student(graded(toy))["s1"]
    assert killed == ["the kernel ended"]
    assert (result.status, result.score) == ("graded", 5)


def test_a_submission_that_kills_its_kernel_each_time_is_told(toy):
    toy.submit("s1", {**GOOD, "mean": "import os\nos.kill(os.getpid(), 9)"})
    result = by_student(graded(toy))["s1"]
    assert (result.status, result.score) == ("graded; cells that ended their Python process: 1", 3)


def test_kernels_that_are_still_importing_end_with_a_killed_grader(adopts_orphans):
    code = (
        "import os\nfrom autograder.engine.kernel import KernelParent\n"
        "KernelParent()\nos.kill(os.getpid(), 9)"
    )
    before = children()
    subprocess.run([sys.executable, "-c", code], check=False)
    deadline = time.monotonic() + 60
    while (left := children() - before) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == set()


def assert_nothing_stays(run: Run, what: str) -> None:
    """No process and no temporary file of a run that has ended."""
    deadline = time.monotonic() + 60
    while (left := children() - run.not_ours) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [process.cmdline()[:4] for process in left] == [], what
    assert [path.name for path in run.temporary.iterdir()] == [], what
    if not what:  # a run that was killed leaves this one to the next run
        assert list(Path("/tmp").glob(f"practicals-{run.process.pid}-*")) == []


def children() -> set[psutil.Process]:
    """The processes below this one, after those that have ended were buried."""
    found = psutil.Process().children(recursive=True)
    for process in found:
        with contextlib.suppress(psutil.Error, ChildProcessError):
            if process.status() == psutil.STATUS_ZOMBIE and process.ppid() == os.getpid():
                os.waitpid(process.pid, os.WNOHANG)
    return {process for process in found if alive(process)}
