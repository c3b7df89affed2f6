"""`practicals bench cluster`, on a toy: real workers, and a pause in place of executions."""

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.bench import cluster as bench
from autograder.bench import grade as bench_grade
from autograder.bench.replay import execute_few
from autograder.cli import app

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_two_workers_pause_at_the_same_time(tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    bench_grade._write_light_course(ROOT, course, 1)
    (hand_in,) = (course / "class").glob(f"*/{bench_grade.LIGHT}")
    folder = tmp_path / "work"
    folder.mkdir()
    execute_few(course, bench_grade.LIGHT, [hand_in], folder)
    for number in range(9):
        shutil.copytree(hand_in, folder / "class" / f"c{number}" / bench_grade.LIGHT, copy_function=os.link)
    found = bench.scaling(course, bench_grade.LIGHT, folder, 2)
    # 8 pauses behind the first, two at a time: 4 s at best
    assert 0 < found.second <= 8 / 3
    assert found.linear == pytest.approx(found.second / 2)


def test_too_few_are_refused(monkeypatch):
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, ["bench", "cluster", "--submissions", "5"])
    assert "too few" in str(result.exception)
