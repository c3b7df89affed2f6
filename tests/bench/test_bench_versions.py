"""The benchmarks that compare two checkouts count what kernels use, and run what was asked for."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from checkout import ROOT
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console
from toy_course import GOOD

from autograder.bench import notebooks
from autograder.bench import submissions as bench
from autograder.bench.versions import LOOK_SECONDS, timed
from autograder.errors import PracticalsError


def test_processor_seconds_are_those_of_the_whole_family(tmp_path):
    inner = "import time\nwhile time.process_time() < 2: pass"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    _, processor = timed(tmp_path, [sys.executable, "-c", outer])
    assert 2 - 3 * LOOK_SECONDS < processor < 4


def test_a_command_that_fails_says_where_it_ran_and_what_it_said(tmp_path):
    with pytest.raises(PracticalsError, match="status 3") as error:
        timed(tmp_path, [sys.executable, "-c", "print('no disk'); raise SystemExit(3)"])
    assert "no disk" in error.value.remedy
    assert str(tmp_path) in error.value.remedy


def test_what_is_no_checkout_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(PracticalsError, match="is no checkout of the course"):
        bench.bench_submissions(ROOT, 1, tmp_path, Console(quiet=True))


@pytest.mark.slow
def test_one_more_submission_of_a_practical_that_only_one_checkout_has(toy, monkeypatch, tmp_path):
    toy.write_release_and_bank()

    def small_class(checkout, command):
        if "sample-class" not in command:
            return timed(checkout, command)
        toy.submitted = tmp_path / "sample"
        toy.submit(bench.REFERENCE, GOOD)
        Path(command[-1]).symlink_to(toy.submitted)
        return 0.0, 0.0

    monkeypatch.setattr(bench, "timed", small_class)  # the sample class has an endless loop
    console, path = Console(record=True, width=120), tmp_path / "figures.json"
    costs = bench.bench_submissions(toy.root, 1, ROOT, console, path)
    (cost,) = costs["now"]
    assert costs["before"] == []
    assert cost.practical == "toy"
    assert set(cost.tests) == {"square-test", "mean-test"}
    assert json.loads(path.read_text())["now"][0]["tests"] == cost.tests
    assert "square-test" in console.export_text()


@pytest.mark.slow
def test_a_notebook_runs_from_top_to_bottom_at_the_budget_asked_for(tmp_path):
    said = "import os; print(os.environ['COURSE_BUDGET'], file=open('said', 'a'))"
    notebook = new_notebook(cells=[new_code_cell(said), new_code_cell("assert 1 + 1 == 2")])
    folder = tmp_path / "source" / "small"
    folder.mkdir(parents=True)
    folder.joinpath("small.py").write_text("")
    nbformat.write(notebook, folder / "small.ipynb")
    console, path = Console(record=True, width=120), tmp_path / "figures.json"
    times = notebooks.bench_notebooks(tmp_path, [], "full", ROOT, 2, console, path)
    assert [(time.practical, time.version) for time in times] == 2 * [("small", "now")]
    assert folder.joinpath("said").read_text() == "full\nfull\n"
    assert [one["seconds"] for one in json.loads(path.read_text())] == [time.seconds for time in times]
