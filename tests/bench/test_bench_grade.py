"""The benchmark of grading measures families of processes and refuses ways that disagree about points."""

import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.bench import grade as bench_grade
from autograder.bench.grade import Light, Look, Run
from autograder.bench.replay import replay
from autograder.cli import app
from autograder.errors import PracticalsError

ROOT = Path(__file__).parents[2]
# a parent that waits for a child, which holds 80 MB and computes for three seconds of processor time
FAMILY = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', "
    "'import time; x = bytearray(b\"1\") * 80_000_000\\nwhile time.process_time() < 3: pass'])"
)


def test_memory_and_processor_time_of_descendants_count(tmp_path):
    figures = bench_grade._measured([sys.executable, "-c", FAMILY], tmp_path)
    assert figures["peak_memory"] > 80_000_000
    # what is used after the last look, at most a second before the end, is not seen
    assert figures["processor_seconds"] > 1.5
    assert figures["seconds"] >= 3


def test_a_command_that_fails_says_what_it_said(tmp_path):
    with pytest.raises(PracticalsError, match="status 3") as error:
        bench_grade._measured([sys.executable, "-c", "print('no disk'); raise SystemExit(3)"], tmp_path)
    assert "no disk" in error.value.remedy


def run(way: str, **scores: float | None) -> Run:
    return Run(way, 1, 1.0, 1.0, 1, scores=scores)


def test_points_are_compared_where_both_ways_graded():
    same = [run("stock", a=1.0, b=None), run("ours", a=1.0, b=None, more=2.0)]
    assert bench_grade._differences(same) == []
    found = bench_grade._differences([run("stock", a=1.0), run("ours", a=0.0), run("ours", a=0.0)])
    assert found == ["a: 1.0 (stock), 0.0 (ours)"]


def test_the_first_and_the_last_quarter_of_a_run_are_compared():
    looks = [Look(float(at), memory=at) for at in range(8)]
    assert Light(8, 1, 8.0, 1.0, 1.0, looks, []).ends("memory") == (0.5, 6.5)


def test_memory_of_kernels_that_come_and_go_is_no_growth():
    looks = [Look(float(at), resident={(1, 0.0): 100 + at, (2 + at, 0.0): 10**9}) for at in range(8)]
    assert Light(8, 1, 8.0, 1.0, 1.0, looks, []).lasting() == (100.5, 106.5)


@pytest.mark.slow
def test_many_submissions_leave_nothing_behind_and_nothing_grows():
    light = bench_grade.bench_light(ROOT, 40, 2, Console(quiet=True))
    assert light.left == []
    # two kernels at work for each worker, two that wait, those that end just now: never more with time
    for what, more in (("processes", 8), ("descriptors", 8 * 15)):  # 263 of 15 processes, seen over 1,000
        first, last = light.ends(what)
        assert last <= first + more, what
    first, last = light.lasting()
    assert first > 100 * 2**20  # the command itself and the parent of kernels, at least
    assert last <= first + 40 * 2**20


@pytest.mark.slow
def test_recording_that_is_killed_and_resumed_loses_and_doubles_nothing(tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    bench_grade._write_light_course(ROOT, course, 2)
    few = sorted((course / "class").glob(f"*/{bench_grade.LIGHT}"))
    found = replay(course, bench_grade.LIGHT, few, 120, tmp_path / "work")
    assert (found.lost, found.wrong, found.left) == ([], [], [])
    assert 0 < found.kept < 120


def test_too_few_to_record_are_refused(monkeypatch):
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, ["bench", "grade", "--replay", "5"])
    assert "too few" in str(result.exception)


def test_the_command_is_there():
    result = CliRunner().invoke(app, ["bench", "grade", "--help"])
    assert result.exit_code == 0
    assert "stock nbgrader" in result.output


def test_another_checkout_is_for_all_practicals(tmp_path):
    with pytest.raises(PracticalsError, match="--against") as refused:
        CliRunner().invoke(app, ["bench", "grade", "--against", str(tmp_path)], catch_exceptions=False)
    assert "--all" in str(refused.value)
