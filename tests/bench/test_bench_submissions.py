"""The benchmark of submissions counts what kernels use, and compares two checkouts."""

import json
import sys

import pytest
from checkout import ROOT
from rich.console import Console
from toy_course import GOOD

from autograder.bench import submissions as bench
from autograder.errors import PracticalsError


def test_processor_seconds_are_those_of_the_whole_family(monkeypatch, tmp_path):
    inner = "import time\nwhile time.process_time() < 2: pass"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    monkeypatch.setattr(bench, "practicals_command", lambda *_: [sys.executable, "-c", outer])
    _, processor = bench._run(tmp_path, "grade", "toy")
    assert 2 - 3 * bench.LOOK_SECONDS < processor < 4


def test_what_is_no_checkout_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(PracticalsError, match="is no checkout of the course"):
        bench.bench_submissions(ROOT, 1, tmp_path, Console(quiet=True))


@pytest.mark.slow
def test_one_more_submission_of_a_practical_that_only_one_checkout_has(toy, monkeypatch, tmp_path):
    toy.write_release_and_bank()

    def small_class(checkout, *arguments):
        if arguments[0] != "sample-class":
            return run(checkout, *arguments)
        toy.submitted = tmp_path / "sample"
        toy.submit(bench.REFERENCE, GOOD)
        arguments[2].parent.joinpath("sample").symlink_to(toy.submitted)
        return 0.0, 0.0

    run = bench._run
    monkeypatch.setattr(bench, "_run", small_class)  # the sample class has an endless loop
    console, path = Console(record=True, width=120), tmp_path / "figures.json"
    costs = bench.bench_submissions(toy.root, 1, ROOT, console, path)
    (cost,) = costs["now"]
    assert costs["before"] == []
    assert cost.practical == "toy"
    assert set(cost.tests) == {"square-test", "mean-test"}
    assert json.loads(path.read_text())["now"][0]["tests"] == cost.tests
    assert "square-test" in console.export_text()
