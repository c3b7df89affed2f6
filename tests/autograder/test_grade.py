"""Grading a class from end to end: real kernels, real nbgrader, a toy practical."""

import csv
import errno
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, alembic_version, index_of, toy_cells

from autograder.engine import parents, sandbox, split
from autograder.errors import PracticalsError
from autograder.grading import run as run_module
from autograder.grading.course import Course
from autograder.grading.results import Result
from autograder.grading.run import GradedClass, grade
from autograder.grading.workers import execute_job
from autograder.notebooks import read_notebook

QUIET = Console(quiet=True)


def graded(toy: ToyCourse, **options) -> GradedClass:
    options = {"submitted": toy.submitted, "output": toy.root / "out", "workers": 1, **options}
    return grade(toy.root, "toy", QUIET, **options)


def by_student(class_: GradedClass) -> dict[str, Result]:
    return {result.student_id: result for result in class_.results}


def scores(result: Result) -> dict[str, float | None]:
    return {cell.grade_id: cell.score for cell in result.cells}


def rows(toy: ToyCourse) -> dict[str, dict[str, str]]:
    with (toy.root / "out" / "grades.csv").open() as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def command(toy: ToyCourse, *arguments: str) -> list[str]:
    code = "import sys; from autograder.cli import main; sys.argv[0] = 'practicals'; main()"
    folders = ["--submitted", str(toy.submitted), "--output", str(toy.root / "out")]
    return [sys.executable, "-c", code, "grade", "toy", *folders, *arguments]


def run_command(toy: ToyCourse, *arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(toy, *arguments), cwd=toy.root, capture_output=True, text=True, check=False, **options
    )


@pytest.fixture
def without_kernels(monkeypatch):
    """For tests of what happens around the execution: the grades are those of a class of no answers."""

    def not_executed(students, job, workers):
        for student_id in students:
            future = Future()
            future.set_result(execute_job(job(student_id)))
            yield student_id, future

    monkeypatch.setattr(split, "execute_notebook", lambda nb, *_, **__: nb)
    monkeypatch.setattr(run_module, "start_early", lambda **_: None)
    monkeypatch.setattr(run_module, "execute_all", not_executed)


# --- the whole ----------------------------------------------------------------------------------------------


def test_a_class_is_graded(toy_class):
    toy = toy_class
    toy.submit("s4_words", {**GOOD, "why": "Because."}, timestamp="2025-11-30 21:00:00 UTC")
    toy.submit("s5_named", GOOD, name="final (1).ipynb")
    toy.submit("s6_no_json").write_text("{")
    (toy.submitted / "s7_nothing").mkdir()
    class_ = graded(toy, due="2025-11-30 18:00 UTC", json_file=toy.root / "results.json")
    results = by_student(class_)

    assert {name: result.status for name, result in results.items()} == {
        "s1_good": "graded",
        "s2_half": "graded",
        "s3_untouched": "nothing answered",
        "s4_words": "graded, 3 h late",
        "s5_named": "graded; notebook was named 'final (1).ipynb'",
        "s6_no_json": "not graded: not a notebook (invalid JSON at line 1)",
    }
    assert scores(results["s1_good"]) == {"square-test": 3, "mean-test": 2, "why": 0}
    assert scores(results["s2_half"]) == {"square-test": 1, "mean-test": 2, "why": 0}
    assert scores(results["s3_untouched"]) == {"square-test": 0, "mean-test": 0, "why": 0}
    assert scores(results["s4_words"]) == {"square-test": 3, "mean-test": 2, "why": None}
    assert results["s4_words"].manual_points_pending == 4
    assert [cell.title for cell in results["s1_good"].cells] == ["Square a number", "Means", "In words"]
    assert class_.without == ["s7_nothing"]

    assert rows(toy)["s4_words"] == {
        "student_id": "s4_words", "assignment": "toy", "score": "5", "max_score": "9", "square-test": "3",
        "mean-test": "2", "why": "", "status": "graded, 3 h late", "late_seconds": "10800",
        "late_penalty": "0", "needs_manual_grading": "yes", "submitted": "2025-11-30 21:00:00",
    }  # fmt: skip
    assert rows(toy)["s6_no_json"]["score"] == ""
    report = json.loads((toy.root / "results.json").read_text())
    assert report["due"] == "2025-11-30T18:00:00"
    assert [entry["student_id"] for entry in report["submissions"]] == sorted(results)
    assert report["submissions"][5]["remedy"] == "Ask for the .ipynb file, as saved by Jupyter"

    out = toy.root / "out"
    assert (out / "feedback" / "s1_good" / "toy" / "toy.html").is_file()
    assert not (out / "feedback" / "s6_no_json").exists()
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        assert book.find_submission("toy", "s2_half").score == 3
    executed = read_notebook(out / "autograded" / "s1_good" / "toy" / "toy.ipynb")
    assert executed.cells[index_of(executed, "square-test")].outputs


@pytest.mark.slow
def test_grading_again_grades_only_what_changed_and_changes_no_grade(toy_class):
    toy = toy_class
    first = graded(toy)
    table = (toy.root / "out" / "grades.csv").read_bytes()
    assert sorted(first.executed) == ["s1_good", "s2_half", "s3_untouched"]
    assert graded(toy).executed == []
    assert (toy.root / "out" / "grades.csv").read_bytes() == table

    graded(toy, force=True)
    assert (toy.root / "out" / "grades.csv").read_bytes() == table

    toy.submit("s3_untouched", {"mean": GOOD["mean"]})
    toy.submit("s4_new", GOOD)
    second = graded(toy)
    assert sorted(second.executed) == ["s3_untouched", "s4_new"]
    assert by_student(second)["s3_untouched"].score == 2


def test_every_change_that_matters_is_a_reason_to_grade_again(toy, without_kernels, monkeypatch):
    toy.submit("s1", GOOD)
    assert graded(toy).executed == ["s1"]
    assert graded(toy).executed == []
    assert graded(toy, force=True).executed == ["s1"]
    assert graded(toy, cell_seconds=7).executed == ["s1"]
    assert graded(toy).executed == ["s1"]
    monkeypatch.setenv("COURSE_SEED", "7")
    assert graded(toy).executed == ["s1"]
    cells = toy_cells()
    cells[4].source = cells[4].source.replace("square(3), 9", "square(5), 25")
    toy.write_source(cells)
    assert graded(toy).executed == ["s1"]
    (toy.root / "out" / "gradebook.db").unlink()
    assert graded(toy).executed == ["s1"]
    assert graded(toy).executed == []


def test_a_result_stays_when_the_submission_is_replaced_by_a_broken_one(toy, without_kernels):
    path = toy.submit("s1", GOOD)
    score = by_student(graded(toy))["s1"].score
    path.write_text("{")
    result = by_student(graded(toy))["s1"]
    assert not result.graded
    assert result.status.endswith("(the grade of an earlier submission stands)")
    assert result.score == score


def test_a_broken_submission_that_is_withdrawn_is_forgotten(toy, without_kernels):
    toy.submit("s1", GOOD)
    path = toy.submit("s2")
    path.write_text("{")
    assert sorted(by_student(graded(toy))) == ["s1", "s2"]
    path.unlink()
    path.parent.rmdir()
    assert sorted(by_student(graded(toy))) == ["s1"]


def test_a_class_may_stand_where_nbgrader_expects_it(toy, without_kernels):
    toy.submitted = toy.root / "submitted"
    path = toy.submit("s1", GOOD, name="other.ipynb")
    result = by_student(graded(toy, submitted=None, output=None))["s1"]
    assert result.graded
    assert [file.name for file in path.parent.iterdir()] == ["other.ipynb"]
    assert (toy.root / "collected" / "s1" / "toy" / "toy.ipynb").is_file()


def test_marks_given_by_hand_stay_and_reach_results_and_feedback(toy, without_kernels):
    toy.submit("s1", {**GOOD, "why": "Because."})
    page = toy.root / "out" / "feedback" / "s1" / "toy" / "toy.html"
    graded(toy)
    assert "not marked yet" in page.read_text()
    with Gradebook(f"sqlite:///{toy.root / 'out' / 'gradebook.db'}") as book:
        grade_ = book.find_grade("why", "toy", "toy", "s1")
        grade_.manual_score, grade_.needs_manual_grade = 3.5, False
        book.find_comment("why", "toy", "toy", "s1").manual_comment = "Say **why** n matters."
        book.db.commit()
    class_ = graded(toy)
    assert class_.executed == []
    assert scores(by_student(class_)["s1"])["why"] == 3.5
    assert rows(toy)["s1"]["why"] == "3.5"
    assert rows(toy)["s1"]["needs_manual_grading"] == "no"
    assert "not marked yet" not in page.read_text()
    assert "<strong>why</strong> n matters" in page.read_text()
    forced = graded(toy, force=True)
    assert scores(by_student(forced)["s1"])["why"] == 3.5


def test_grades_of_other_practicals_stay_in_the_table(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    other = ToyCourse.__new__(ToyCourse)
    other.__dict__ |= toy.__dict__ | {"practical": "other"}
    folder = toy.root / "source" / "other"
    folder.mkdir()
    (folder / "other.py").write_text("")
    other.source = folder / "other.ipynb"
    other.write_source(toy_cells())
    other.submit("s1", GOOD, name="other.ipynb")
    grade(toy.root, "other", QUIET, submitted=toy.submitted, output=toy.root / "out", workers=1)
    with (toy.root / "out" / "grades.csv").open() as file:
        assert [row["assignment"] for row in csv.DictReader(file)] == ["other", "toy"]


# --- one bad submission never spoils another ----------------------------------------------------------------


def kill_parents() -> None:
    """What running out of memory does to the process that all submissions share."""
    for parent in parents._parents.values():
        os.kill(parent._process.inner_pid, signal.SIGKILL)


def test_a_killed_parent_of_kernels_costs_nobody_anything(toy_class, monkeypatch):
    """It is killed while a first answer is run; afterwards everybody has the marks that are theirs."""
    run, killed = split._Side.run, []

    async def kill_at_the_first(side, cell, index, seconds):
        if not killed and "def square" in cell.source:
            killed.append(index)
            kill_parents()
        return await run(side, cell, index, seconds)

    monkeypatch.setattr(split._Side, "run", kill_at_the_first)
    results = by_student(graded(toy_class, workers=2))
    assert killed
    assert {name: result.score for name, result in results.items()} == {
        "s1_good": 5, "s2_half": 3, "s3_untouched": 0,
    }  # fmt: skip
    assert {result.status for result in results.values()} == {"graded", "nothing answered"}


@pytest.mark.slow
def test_a_submission_whose_parent_is_always_killed_costs_only_itself(toy_class, monkeypatch):
    toy_class.submit("s0_first", {**GOOD, "square": "fatal = 1"})
    run = split._Side.run

    async def kill_at_the_fatal_one(side, cell, index, seconds):
        if cell.source == "fatal = 1":
            kill_parents()
        return await run(side, cell, index, seconds)

    monkeypatch.setattr(split._Side, "run", kill_at_the_fatal_one)
    results = by_student(graded(toy_class))
    assert results["s0_first"].status.startswith("not graded: the process that executes submissions")
    assert "--workers 1" in results["s0_first"].remedy
    assert [results[name].score for name in ("s1_good", "s2_half", "s3_untouched")] == [5, 3, 0]


def test_a_submission_that_nbgrader_chokes_on_costs_no_other(toy_class, without_kernels, monkeypatch):
    record = Course.record

    def choke(course, student_id, *arguments):
        if student_id == "s2_half":
            raise RuntimeError("an unforeseen error")
        record(course, student_id, *arguments)

    monkeypatch.setattr(Course, "record", choke)
    results = by_student(graded(toy_class))
    assert (
        results["s2_half"].status == "not graded: it could not be graded (RuntimeError: an unforeseen error)"
    )
    assert results["s1_good"].graded
    assert results["s3_untouched"].graded
    log = toy_class.root / "out" / "autograded" / "grading.log"
    assert "an unforeseen error" in log.read_text()
    assert str(log) in results["s2_half"].remedy
    monkeypatch.setattr(Course, "record", record)
    assert graded(toy_class).executed == ["s2_half"]


def test_a_page_that_cannot_be_made_costs_no_grade(toy, without_kernels, monkeypatch):
    toy.submit("s1", GOOD)

    def fail(*_):
        raise RuntimeError("no page")

    monkeypatch.setattr(Course, "write_feedback", fail)
    assert by_student(graded(toy))["s1"].status == "graded; no feedback page (RuntimeError: no page)"


def test_without_namespaces_tests_run_beside_the_answers_and_the_report_says_so(toy, monkeypatch):
    """As with --no-sandbox on macOS."""
    monkeypatch.setattr(sandbox, "HAS_NAMESPACES", False)
    toy.submit("s1", {**GOOD, "square": HALF_SQUARE})
    result = by_student(graded(toy, sandboxed=False))["s1"]
    assert scores(result) == {"square-test": 1, "mean-test": 2, "why": 0}
    assert {split.WARNING, split.WARNING_ONE_PROCESS} <= set(result.notes)


# --- bad input, and what stops a run ------------------------------------------------------------------------


def test_the_exit_status_says_whether_all_were_graded(toy):
    toy.submit("s1").write_text("{")
    result = run_command(toy)
    assert result.returncode == 3, result.stderr
    assert "s1: not graded: not a notebook (invalid JSON at line 1). Ask for the .ipynb file" in result.stdout
    assert result.stderr == ""


def test_names_of_files_cannot_steer_the_terminal(toy, without_kernels):
    toy.submit("s1", GOOD).with_name("\x1b[2J[red].py").write_text("")
    toy.submit("\x1b]0;title\x07")
    console = Console(record=True, width=300, quiet=False, file=io.StringIO())
    grade(toy.root, "toy", console, submitted=toy.submitted, output=toy.root / "out", workers=1)
    shown = console.export_text(styles=True)
    assert "left out: �[2J[red].py" in shown
    assert "\x1b[2J" not in shown
    assert "\x1b]0" not in shown


def test_a_course_where_submissions_could_read_it_is_refused(toy, without_kernels, monkeypatch):
    """As below /usr, or in the folder of data sets; the folder of the tests stands for these."""
    toy.submit("s1", GOOD)
    monkeypatch.setenv("COURSE_DATA_DIR", str(toy.root.parent))
    with pytest.raises(PracticalsError, match="which submissions can read") as error:
        graded(toy)
    assert "Move the course folder" in error.value.remedy
    assert not (toy.root / "out").exists()


def test_an_unknown_practical_is_one_line(toy):
    with pytest.raises(PracticalsError, match="no practical called 'p99'") as error:
        grade(toy.root, "p99", QUIET)
    assert error.value.exit_code == 2
    assert "The practicals here are: toy" in error.value.remedy


def test_a_practical_that_is_not_built(toy):
    toy.source.unlink()
    with pytest.raises(PracticalsError, match="practicals build toy"):
        graded(toy)


@pytest.mark.parametrize("make", [lambda folder: folder.rmdir(), lambda folder: None])
def test_a_missing_or_empty_class_folder(toy, make):
    make(toy.submitted)
    with pytest.raises(PracticalsError, match="--submitted"):
        graded(toy)


def test_a_file_in_place_of_the_class_folder(toy):
    toy.submitted.rmdir()
    toy.submitted.write_text("text")
    with pytest.raises(PracticalsError, match="Not a directory"):
        graded(toy)


def test_an_output_that_cannot_be_made(toy):
    toy.submit("s1", GOOD)
    (toy.root / "file").write_text("text")
    with pytest.raises(PracticalsError, match="cannot make the folder"):
        graded(toy, output=toy.root / "file" / "out")


def test_a_due_date_that_is_none(toy):
    toy.submit("s1", GOOD)
    with pytest.raises(PracticalsError, match="'soon' is not a date"):
        graded(toy, due="soon")


def test_a_gradebook_whose_making_is_killed_is_one_sentence(toy, without_kernels, tmp_path, monkeypatch):
    toy.submit("s1", GOOD)
    alembic = tmp_path / "alembic"  # nbgrader runs it when it makes a gradebook
    alembic.write_text("#!/bin/sh\nkill -9 $$\n")
    alembic.chmod(0o755)
    with monkeypatch.context() as patch:
        places = [str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]]
        patch.setenv("PATH", os.pathsep.join(places))
        patch.setattr(nbgrader.api, "get_alembic_version", alembic_version.__wrapped__)
        with pytest.raises(PracticalsError, match="`alembic` ended with status -9") as error:
            graded(toy)
    assert "Run the same command again" in error.value.remedy
    assert len(graded(toy).executed) == 1


def test_a_locked_gradebook(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    other = sqlite3.connect(toy.root / "out" / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(PracticalsError, match="is locked by another program") as error:
            graded(toy)
    finally:
        other.close()
    assert "Close the Formgrader" in error.value.remedy
    assert graded(toy).executed == []


def test_a_gradebook_that_is_locked_during_the_run_keeps_what_was_finished(
    toy_class, without_kernels, monkeypatch
):
    toy = toy_class
    settle = run_module._Run.settle
    other = None

    def lock_before_the_second(run, name, future):
        nonlocal other
        if name == "s2_half":
            other = sqlite3.connect(toy.root / "out" / "gradebook.db")
            other.execute("BEGIN EXCLUSIVE")
        settle(run, name, future)

    monkeypatch.setattr(run_module._Run, "settle", lock_before_the_second)
    with pytest.raises(PracticalsError, match="is locked by another program"):
        graded(toy)
    other.close()
    monkeypatch.setattr(run_module._Run, "settle", settle)
    assert graded(toy).executed == ["s2_half", "s3_untouched"]


def test_a_gradebook_that_is_none(toy):
    toy.submit("s1", GOOD)
    (toy.root / "out").mkdir()
    (toy.root / "out" / "gradebook.db").write_text(
        "a text that is long enough to have no header of SQLite" * 20
    )
    with pytest.raises(PracticalsError, match="file is not a database"):
        graded(toy)


def test_a_practical_whose_cells_have_changed_since_it_was_graded(toy, without_kernels):
    toy.submit("s1", GOOD)
    graded(toy)
    toy.write_source(toy_cells()[:-2])
    with pytest.raises(PracticalsError, match="gone: why") as error:
        graded(toy)
    assert "--output" in error.value.remedy


def test_a_second_run_in_the_same_folder_is_refused(toy, without_kernels, monkeypatch):
    toy.submit("s1", GOOD)
    execute_all, inside = run_module.execute_all, []

    def second_run_meanwhile(*arguments, **options):
        with pytest.raises(PracticalsError, match="another grading run is at work") as error:
            graded(toy)
        inside.append(error.value)
        yield from execute_all(*arguments, **options)

    monkeypatch.setattr(run_module, "execute_all", second_run_meanwhile)
    assert graded(toy).executed == ["s1"]
    assert inside


def test_a_full_disk_keeps_what_was_finished(toy_class, without_kernels, monkeypatch):
    record = Course.record

    def no_space(course, student_id, *arguments):
        if student_id == "s2_half":
            raise OSError(errno.ENOSPC, "No space left on device", "autograded/s2_half")
        record(course, student_id, *arguments)

    monkeypatch.setattr(Course, "record", no_space)
    with pytest.raises(OSError, match="No space left") as error:
        graded(toy_class)
    assert error.value.errno == errno.ENOSPC  # which the command line turns into a sentence and status 2
    monkeypatch.setattr(Course, "record", record)
    assert graded(toy_class).executed == ["s2_half", "s3_untouched"]


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="mounts a file system")
@pytest.mark.parametrize(
    "room", [80_000, 210_000]
)  # too little for a gradebook; and a little more than it takes
def test_a_really_full_disk_is_one_line_and_the_next_run_goes_on(toy_class, room):
    toy = toy_class
    out = toy.root / "out"
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(out)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        filler = out / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(out).free - room))
        result = run_command(toy)
        assert result.returncode == 2, result.stdout + result.stderr
        assert result.stderr.startswith("practicals: the disk is full")
        assert len(result.stderr.splitlines()) == 1
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=50m", str(out)], check=True)
        assert run_command(toy).returncode == 0
        assert rows(toy)["s2_half"]["score"] == "3"
    finally:
        subprocess.run(["umount", str(out)], check=True)


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_finished_and_the_next_run_goes_on(toy_class):
    toy = toy_class
    toy.submit("s9_slow", {**GOOD, "mean": "import time\ntime.sleep(25)"})
    process = subprocess.Popen(
        command(toy, "--workers", "1"),
        cwd=toy.root,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # a shell's background jobs ignore Ctrl-C, and what they start does too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    lines = []
    while "s3_untouched" not in "".join(lines):
        lines.append(process.stdout.readline())
        assert lines[-1], process.stderr.read()
    time.sleep(2)  # into the slow one
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, errors = process.communicate(timeout=60)
    watchdog.cancel()
    assert process.returncode == 130
    assert (
        errors
        == "practicals: stopped; 3 of 4 submissions are done and kept. Run the same command again to go on\n"
    )
    assert rows(toy)["s2_half"]["score"] == "3"
    toy.submit("s9_slow", GOOD)
    assert graded(toy).executed == ["s9_slow"]


@pytest.mark.slow
def test_it_works_without_the_environment_on_the_path(toy):
    # nbgrader runs `alembic` by its name
    toy.submit("s1", GOOD)
    result = run_command(toy, env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home())})
    assert result.returncode == 0, result.stderr
    assert rows(toy)["s1"]["score"] == "5"


@pytest.mark.slow
def test_plain_nbgrader_gives_the_same_scores_and_the_same_pages(toy_class):
    toy = toy_class
    toy.submit("s4_words", {**GOOD, "why": "Because."}, timestamp="2025-11-30 21:00:00 UTC")
    toy.submit("s5_deleted", GOOD, edit=lambda nb: nb.cells.pop(index_of(nb, "mean-test")))
    toy.submit("s6_twice", GOOD, edit=lambda nb: nb.cells.append(nb.cells[index_of(nb, "mean-test")]))
    toy.submit("s7_dies", {**GOOD, "square": "import os\ndef square(x):\n    os._exit(0)"})
    toy.submit(
        "s8_stderr",
        {**GOOD, "mean": "import sys\ndef mean(v):\n    print('w', file=sys.stderr)\n    return sum(v) / 3"},
    )
    toy.submit("s9_half", {"square": HALF_SQUARE})
    ours = graded(toy, due="2025-11-30 18:00 UTC")
    plain = toy.root
    (plain / "submitted").symlink_to(toy.root / "out" / "submitted")
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for step in ("generate_assignment", "autograde", "generate_feedback"):
        run = [sys.executable, "-m", "nbgrader", step, "toy"]
        result = subprocess.run(run, cwd=plain, env=env, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        if step == "generate_assignment":
            with Gradebook(f"sqlite:///{plain / 'gradebook.db'}") as book:
                book.update_or_create_assignment("toy", duedate=ours.due)
    assert all_grades(plain) == all_grades(plain / "out")
    for name in by_student(ours):
        page = Path("feedback", name, "toy", "toy.html")
        assert (plain / page).read_text() == (plain / "out" / page).read_text()


def all_grades(folder: Path) -> list[tuple]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return sorted(
            (
                submission.student_id,
                grade.name,
                grade.auto_score,
                grade.manual_score,
                grade.needs_manual_grade,
            )
            for submission in book.assignment_submissions("toy")
            for notebook in submission.notebooks
            for grade in notebook.grades
        )
