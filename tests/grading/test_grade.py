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
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jupytext
import nbformat
import nbgrader.api
import pytest
from checkout import ROOT
from command_line import environment
from graded_class import QUIET, by_student, command, folders, graded, scores
from nbgrader.api import Gradebook
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, index_of, toy_cells

from autograder.engine import parents, sandbox, split
from autograder.engine.limits import Limits
from autograder.errors import PracticalsError
from autograder.grading import gradebook, recording
from autograder.grading import results as results_module
from autograder.grading import rows as rows_module
from autograder.grading import run as run_module
from autograder.grading.feedback import TEMPLATES, FeedbackPage
from autograder.grading.gradebook import newest_version
from autograder.grading.options import GradeOptions
from autograder.grading.rendering import Renderer
from autograder.grading.run import grade
from autograder.practical import digests
from autograder.practical.notebooks import read_notebook, read_text


def rows(toy: ToyCourse) -> dict[str, dict[str, str]]:
    with (toy.root / "out" / "grades.csv").open() as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


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


@pytest.fixture
def other_code(tmp_path, monkeypatch) -> Callable[[str], None]:
    """Puts a statement into a module of this package, for the digests of code."""
    copy = tmp_path / "code" / "autograder"
    shutil.copytree(digests.AUTOGRADER, copy)
    monkeypatch.setattr(digests, "AUTOGRADER", copy)

    def change(module: str) -> None:
        (copy / module).write_text((copy / module).read_text("utf-8") + "\nCHANGED = True\n")

    return change


def test_other_code_is_a_reason_to_grade_again_where_grades_depend_on_it(toy, without_kernels, other_code):
    toy.submit("s1", GOOD)
    assert graded(toy).executed == ["s1"]
    for module in ("reporting/export.py", "bench/grade.py", "publishing/bundle.py", "start/demo.py"):
        other_code(module)
    assert graded(toy).executed == []
    for module in ("errors.py", "practical/outputs.py", "engine/inside/agent.py", "grading/collect.py"):
        other_code(module)
        assert graded(toy).executed == ["s1"], module
        assert graded(toy).executed == []


def test_the_limits_of_the_configuration_hold_and_cell_seconds_replaces_its_own_alone(toy, monkeypatch):
    toy.submit("s1", GOOD)
    with (toy.root / "nbgrader_config.py").open("a") as config:
        config.write("c.ExecuteSplit.timeout = 11\nc.ExecuteSplit.notebook_seconds = 77\n")
    limits: list[Limits] = []

    def not_executed(students, job, workers):
        limits.extend(job(student).limits for student in students)
        yield from ()

    monkeypatch.setattr(run_module, "start_early", lambda **_: None)
    monkeypatch.setattr(run_module, "execute_all", not_executed)
    graded(toy)
    graded(toy, cell_seconds=5)
    assert [(one.cell_seconds, one.notebook_seconds) for one in limits] == [(11, 77), (5, 77)]


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


def test_another_template_or_other_code_of_pages_renews_the_pages_and_executes_nothing(
    toy, without_kernels, other_code
):
    toy.submit("s1", GOOD)
    templates = toy.root / "templates"
    shutil.copytree(TEMPLATES, templates)
    with (toy.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.FeedbackExporter.extra_template_basedirs = [{str(templates)!r}]\n")
    page = toy.root / "out" / "feedback" / "s1" / "toy" / "toy.html"
    template = templates / "feedback_page" / "index.html.j2"
    assert graded(toy).executed == ["s1"]

    def renewed() -> bool:
        page.write_text("an old page")
        assert graded(toy).executed == []
        return page.read_text() != "an old page"

    assert not renewed()
    template.write_text(template.read_text().replace("<main>", "{% include 'part.j2' %}<main>"))
    part = template.with_name("part.j2")
    part.write_text("Greetings from the dean.")
    assert renewed()
    assert "Greetings from the dean." in page.read_text()
    part.write_text("No greetings.")  # a part of the template
    assert renewed()
    other_code("grading/sanitize.py")
    assert renewed()
    assert not renewed()
    page.unlink()
    assert graded(toy).executed == []
    assert page.is_file()

    template.write_text("{% if %}")
    with pytest.raises(PracticalsError, match=r"index\.html\.j2, line 1: TemplateSyntaxError"):
        graded(toy)


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
    grade(toy.root, "other", QUIET, GradeOptions(submitted=toy.submitted, output=toy.root / "out"))
    with (toy.root / "out" / "grades.csv").open() as file:
        assert [row["assignment"] for row in csv.DictReader(file)] == ["other", "toy"]


# --- one bad submission never spoils another ----------------------------------------------------------------


def kill_parents() -> None:
    """What running out of memory does to the process that all submissions share."""
    for parent in parents._parents.values():
        pid = parent._process.inner_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)


def test_a_killed_parent_of_kernels_costs_nobody_anything(toy_class, monkeypatch):
    """It is killed while a first answer is run; afterwards everybody has the marks that are theirs."""
    run = split.Side.run
    killed: list[int] = []

    async def kill_at_the_first(side, cell, index, seconds, others=()):
        if not killed and "def square" in cell.source:
            killed.append(index)
            kill_parents()
        return await run(side, cell, index, seconds, others)

    monkeypatch.setattr(split.Side, "run", kill_at_the_first)
    results = by_student(graded(toy_class, workers=2))
    assert killed
    assert {name: result.score for name, result in results.items()} == {
        "s1_good": 5, "s2_half": 3, "s3_untouched": 0,
    }  # fmt: skip
    assert {result.status for result in results.values()} == {"graded", "nothing answered"}


@pytest.mark.slow
def test_a_submission_whose_parent_is_always_killed_costs_only_itself(toy_class, monkeypatch):
    toy_class.submit("s0_first", {**GOOD, "square": "fatal = 1"})
    run = split.Side.run

    async def kill_at_the_fatal_one(side, cell, index, seconds, others=()):
        if cell.source == "fatal = 1":
            kill_parents()
        return await run(side, cell, index, seconds, others)

    monkeypatch.setattr(split.Side, "run", kill_at_the_fatal_one)
    results = by_student(graded(toy_class))
    assert results["s0_first"].status.startswith("not graded: the process that executes submissions")
    assert "--workers 1" in results["s0_first"].remedy
    assert [results[name].score for name in ("s1_good", "s2_half", "s3_untouched")] == [5, 3, 0]


def test_a_submission_that_nbgrader_chokes_on_costs_no_other(toy_class, without_kernels, monkeypatch):
    render = Renderer.render

    def choke(renderer, work):
        if work.submission.student_id == "s2_half":
            raise RuntimeError("an unforeseen error")
        return render(renderer, work)

    monkeypatch.setattr(Renderer, "render", choke)
    results = by_student(graded(toy_class))
    assert (
        results["s2_half"].status == "not graded: it could not be graded (RuntimeError: an unforeseen error)"
    )
    assert results["s1_good"].graded
    assert results["s3_untouched"].graded
    log = toy_class.root / "out" / "autograded" / "grading.log"
    assert "an unforeseen error" in log.read_text()
    assert str(log) in results["s2_half"].remedy
    monkeypatch.setattr(Renderer, "render", render)
    assert graded(toy_class).executed == ["s2_half"]


def test_a_page_that_cannot_be_made_costs_no_grade(toy, without_kernels, monkeypatch):
    toy.submit("s1", GOOD)

    def fail(*_):
        raise RuntimeError("no page")

    monkeypatch.setattr(FeedbackPage, "render", fail)
    monkeypatch.setattr(recording, "write_feedback", fail)
    assert by_student(graded(toy))["s1"].status == "graded; no feedback page (RuntimeError: no page)"


def test_without_namespaces_tests_run_beside_the_answers_and_the_report_says_so(toy, monkeypatch):
    """As with --no-sandbox on macOS."""
    monkeypatch.setattr(sandbox, "HAS_NAMESPACES", False)
    toy.submit("s1", {**GOOD, "square": HALF_SQUARE})
    result = by_student(graded(toy, sandboxed=False))["s1"]
    assert scores(result) == {"square-test": 1, "mean-test": 2, "why": 0}
    assert {split.WARNING, split.WARNING_ONE_PROCESS} <= set(result.notes)


# --- bad input, and what stops a run ------------------------------------------------------------------------


def test_the_exit_status_says_whether_all_were_graded_and_the_last_line_what_it_means(toy, practicals):
    toy.submit("s1").write_text("{")
    toy.submit("s2", GOOD)
    result = practicals("grade", "toy", *folders(toy), cwd=toy.root, check=False)
    assert result.returncode == 3, result.stderr
    assert "s1: not graded: not a notebook (invalid JSON at line 1). Ask for the .ipynb file" in result.stdout
    assert result.stdout.splitlines()[-1] == (
        "Done: 1 of 2 submissions are graded and recorded. The exit status is 3, not 0, only because 1 could "
        "not be; see above."
    )
    assert result.stderr == ""
    toy.submit("s1", GOOD)
    assert "exit status" not in practicals("grade", "toy", *folders(toy), cwd=toy.root).stdout


def test_one_student_is_graded_and_the_others_stay_as_they_are(toy, without_kernels):
    for name in ("ann", "bea"):
        toy.submit(name, GOOD)
    assert graded(toy, students=("ann",)).executed == ["ann"]
    assert graded(toy).executed == ["bea"]
    assert graded(toy, students=("bea",), force=True).executed == ["bea"]
    with pytest.raises(PracticalsError, match="no submission of toy by eva") as error:
        graded(toy, students=("ann", "eva"))
    assert "folder" in error.value.remedy


def test_a_graded_class_has_a_mean(toy, without_kernels):
    console = Console(record=True, width=80)
    for name in ("ann", "bea"):
        toy.submit(name, GOOD)
    results = graded(toy).results
    with_points = [replace(result, score=score) for result, score in zip(results, (2.0, 3.0), strict=True)]
    console.print(results_module.as_table([*with_points, replace(results[0], score=None)], "toy"))
    assert f"2 graded, mean 2.5 of {results[0].max_score:g}" in console.export_text()


def test_a_long_status_and_notes_take_few_lines_of_80_columns(toy, without_kernels):
    toy.submit("s11_endless_loop", GOOD)
    (result,) = graded(toy).results
    long = "graded, 3 h late (−3 points); notebook was named 'a (1).ipynb'; stopped in cell 'train'"
    result = replace(result, score=37.0, max_score=40.0, status=long, notes=["The second cell was left out."])
    console = Console(record=True, width=80)
    console.print(results_module.as_table([result], "toy"))
    shown = console.export_text()
    assert "…" not in shown
    assert len([line for line in shown.splitlines() if line.startswith("│")]) <= 5


def test_names_of_files_cannot_steer_the_terminal(toy, without_kernels):
    toy.submit("s1", GOOD).with_name("\x1b[2J[red].py").write_text("")
    toy.submit("\x1b]0;title\x07")
    console = Console(record=True, width=300, quiet=False, file=io.StringIO())
    grade(toy.root, "toy", console, GradeOptions(submitted=toy.submitted, output=toy.root / "out"))
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


def test_a_new_gradebook_has_the_version_that_nbgrader_would_ask_for(monkeypatch):
    monkeypatch.setenv(
        "PATH", str(Path(sys.executable).parent), prepend=os.pathsep
    )  # nbgrader runs `alembic`
    assert newest_version() == nbgrader.api.get_alembic_version()


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
    record_all = rows_module.record_all
    others: list[sqlite3.Connection] = []

    def lock_before_the_second(gradebook, book, earned):
        if "s2_half" in earned:
            others.append(sqlite3.connect(toy.root / "out" / "gradebook.db"))
            others[0].execute("BEGIN EXCLUSIVE")
        record_all(gradebook, book, earned)

    monkeypatch.setattr(rows_module, "record_all", lock_before_the_second)
    with pytest.raises(PracticalsError, match="is locked by another program"):
        graded(toy)
    others[0].close()
    monkeypatch.setattr(rows_module, "record_all", record_all)
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


def process_wide() -> tuple:
    """What libraries would do with another PATH, temporary folder, warnings or engine of the database."""
    return (
        os.environ.get("PATH"), tempfile.tempdir, list(warnings.filters), nbgrader.api.create_engine,
        nbgrader.api.get_alembic_version, nbgrader.api.Base.metadata.create_all,
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/usr/bin:/bin", None])
@pytest.mark.parametrize("failing", ["nothing", "alembic", "recording", "executing"])
def test_a_run_leaves_the_process_as_it_was(toy, without_kernels, monkeypatch, failing, path):
    toy.submit("s1", GOOD)
    if path is None:
        monkeypatch.delenv("PATH", raising=False)
    else:
        monkeypatch.setenv("PATH", path)

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    broken = {
        "alembic": (gradebook, "newest_version"),
        "recording": (rows_module, "record_all"),
        "executing": (run_module, "execute_all"),
    }
    before = process_wide()
    with monkeypatch.context() as patch:
        if failing in broken:
            patch.setattr(*broken[failing], fail)
            with pytest.raises(OSError, match="No space"):
                graded(toy)
        else:
            assert graded(toy).executed == ["s1"]
    assert process_wide() == before


def test_a_full_disk_keeps_what_was_finished(toy_class, without_kernels, monkeypatch):
    record_all = rows_module.record_all

    def no_space(gradebook, book, earned):
        if "s2_half" in earned:
            raise OSError(errno.ENOSPC, "No space left on device", "autograded/s2_half")
        record_all(gradebook, book, earned)

    monkeypatch.setattr(rows_module, "record_all", no_space)
    with pytest.raises(OSError, match="No space left") as error:
        graded(toy_class)
    assert error.value.errno == errno.ENOSPC  # which the command line turns into a sentence and status 2
    monkeypatch.setattr(rows_module, "record_all", record_all)
    assert graded(toy_class).executed == ["s2_half", "s3_untouched"]


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="mounts a file system")
@pytest.mark.parametrize(
    "room", [80_000, 210_000]
)  # too little for a gradebook; and a little more than it takes
def test_a_really_full_disk_is_one_line_and_the_next_run_goes_on(toy_class, room, practicals):
    toy = toy_class
    out = toy.root / "out"
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(out)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        filler = out / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(out).free - room))
        result = practicals("grade", "toy", *folders(toy), cwd=toy.root, check=False)
        assert result.returncode == 2, result.stdout + result.stderr
        assert result.stderr.startswith("practicals: the disk is full")
        assert len(result.stderr.splitlines()) == 1
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=50m", str(out)], check=True)
        practicals("grade", "toy", *folders(toy), cwd=toy.root)
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
        env=environment(),
        start_new_session=True,
        # a shell's background jobs ignore Ctrl-C, and what they start does too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    assert process.stdout is not None
    assert process.stderr is not None
    lines: list[str] = []
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
def test_it_works_without_the_environment_on_the_path(toy, practicals):
    # nbgrader runs `alembic` by its name
    toy.submit("s1", GOOD)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "PYTHONPATH": str(ROOT)}
    practicals("grade", "toy", *folders(toy), cwd=toy.root, env=env)
    assert rows(toy)["s1"]["score"] == "5"


@pytest.mark.slow
def test_plain_nbgrader_gives_the_same_scores_and_the_same_pages(toy_class, nbgrader):
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
    for step in ("generate_assignment", "autograde", "generate_feedback"):
        nbgrader(step, "toy", cwd=plain)
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


def test_a_text_edited_after_the_build_is_said(toy, without_kernels, capsys):
    notebook = nbformat.read(toy.source, as_version=4)
    text = toy.source.with_suffix(".py")
    text.write_text(jupytext.writes(notebook, fmt="py:percent"))
    notebook.metadata["practicals"] = {"inputs_sha256": digests.inputs_digest(read_text(text))}
    nbformat.write(notebook, toy.source)
    toy.submit("s1", GOOD)
    options = GradeOptions(submitted=toy.submitted, output=toy.root / "out", workers=1)
    sentence = "The text of toy was edited after its notebook was built"
    grade(toy.root, "toy", Console(), options)
    assert sentence not in capsys.readouterr().out
    as_built = text.read_text()
    for edited in (as_built.replace("square(3), 9", "square(3), 10"), as_built + "# Why?\n"):
        text.write_text(edited)
        grade(toy.root, "toy", Console(), options)
        assert sentence in capsys.readouterr().out
