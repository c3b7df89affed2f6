"""`practicals calibrate`: the chance that a wrong answer passes a threshold is measured, and told."""

import json
import random

import numpy as np
import pytest
from author_course import CELLS, QUIET, Course, measured_budget
from checkout import ROOT
from scipy import stats
from typer.testing import CliRunner

import autograder.proof.calibrate
from autograder.cli import app
from autograder.practical.notebooks import read_text
from autograder.proof.calibrate import Judged, calibrate, calibration_problems, high_rates
from autograder.proof.figures import written
from autograder.proof.thresholds import Threshold, checks_by_kind

THRESHOLD = Threshold("figure-test", "toy_accuracy", "at_least", 0.7)
RIGHT = [0.80, 0.81, 0.82]


def answer(value: str) -> str:
    return (
        "# title: Trains too little\n# kind: misconception\n# fails: figure-test 0/1\n# hint: at least\n\n"
        f"# %% figure\nfigure = {value}\n"
    )


def noisy(centre: float) -> str:
    return f'{centre} + 0.01 * random.Random(int(os.environ["COURSE_SEED"])).random()'


@pytest.fixture
def measured(course) -> Course:
    """A course whose figure was measured in three runs, with a wrong answer in its bank."""
    write_results(course, RIGHT)
    write_answers(course, wrong=noisy(0.5))
    return course


def write_results(course: Course, values: list[float]) -> None:
    budget = measured_budget(course, toy_accuracy=values)
    course.results.write_text(written({"practical": "toy", "budgets": {"quick": budget}, "thresholds": []}))


def write_answers(course: Course, **answers: str) -> None:
    folder = course.root / "source" / "toy" / "bank"
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in answers.items():
        (folder / f"{name}.py").write_text(answer(value))


def calibrated(course: Course, runs: int = 3) -> dict:
    path = calibrate(course.root, "toy", QUIET, runs, 1)
    assert path is not None
    return json.loads(path.read_text())


def problems(course: Course) -> list[str]:
    return calibration_problems(course.root, ["toy"])


@pytest.fixture
def instead_of_running(monkeypatch):
    """Gives the wrong answers these values, in place of those of runs."""

    def use(**values: list[float]) -> None:
        found = {Judged(THRESHOLD, name): of_runs for name, of_runs in values.items()}
        monkeypatch.setattr(autograder.proof.calibrate, "_values", lambda *_: found)

    return use


def test_wrong_answers_are_run_with_their_seeds(measured):
    results = calibrated(measured, runs=3)
    values = [0.5 + 0.01 * random.Random(seed).random() for seed in (42, 43, 44)]
    (row,) = results["wrong_answers"]["figure-test"]["answers"]
    assert (row["answer"], row["n"], row["budget"], row["threshold"]) == ("wrong", 3, "quick", 0.7)
    assert row["mean"] == pytest.approx(np.mean(values), rel=1e-5)
    assert row["sd"] == pytest.approx(np.std(values, ddof=1), rel=1e-4)
    distance = (0.7 - np.mean(values)) / (np.std(values, ddof=1) * np.sqrt(1 + 1 / 3))
    assert row["false_pass_rate"] == pytest.approx(stats.t(2).sf(distance), rel=1e-3)
    assert results["thresholds"][0]["n"] == 3
    assert results["budgets"]["quick"]["figures"]["toy_accuracy"]["values"] == RIGHT


def test_a_calibrated_practical_has_no_problems(measured, instead_of_running):
    instead_of_running(wrong=[0.5, 0.5, 0.501])
    write_results(measured, [0.8, 0.8, 0.801])
    calibrated(measured)
    assert problems(measured) == []


def test_a_threshold_that_passes_a_wrong_answer_too_often_is_told(measured, instead_of_running):
    write_results(measured, [0.8, 0.8, 0.801])
    instead_of_running(wrong=[0.5, 0.6, 0.69])
    results = calibrated(measured)
    (problem,) = problems(measured)
    assert "passes wrong.py of the bank with probability" in problem
    assert high_rates(results) == [("figure-test", problem.removeprefix("toy: figure-test: "))]


def test_a_threshold_that_fails_the_reference_too_often_is_told(measured, instead_of_running):
    write_results(measured, [0.75, 0.8, 0.85])
    instead_of_running(wrong=[0.5, 0.5, 0.501])
    calibrated(measured)
    (problem,) = problems(measured)
    assert "fails the reference at the quick budget with probability" in problem


def test_an_answer_that_meets_a_threshold_is_no_wrong_answer_to_it(measured, instead_of_running):
    instead_of_running(wrong=[0.9, 0.9, 0.91])
    assert calibrated(measured)["wrong_answers"]["figure-test"]["answers"] == []
    assert any(
        "the bank has no wrong answer that fails toy_accuracy at least 0.7" in one
        for one in problems(measured)
    )


def test_what_is_missing_or_stale_is_told(measured, instead_of_running):
    instead_of_running(wrong=[0.5, 0.5, 0.501], other=[0.4, 0.4, 0.401])
    write_results(measured, [0.8])
    calibrated(measured)
    assert [one for one in problems(measured) if "was measured in 1 run" in one]
    write_results(measured, [0.8, 0.8, 0.801])
    assert "thresholds are not those" in problems(measured)[0]
    calibrated(measured)
    assert problems(measured) == []
    write_answers(measured, other=noisy(0.4))
    assert "have changed since" in problems(measured)[0]
    calibrated(measured)
    assert problems(measured) == []
    measured.write(figure=CELLS["figure"].replace("0.8", "0.81"))
    assert "run `practicals measure toy`" in problems(measured)[0]
    measured.results.unlink()
    assert "never measured" in problems(measured)[0]


def test_command_line(measured, instead_of_running, monkeypatch):
    monkeypatch.chdir(measured.root)
    instead_of_running(wrong=[0.5, 0.5, 0.501])
    write_results(measured, [0.8, 0.8, 0.801])
    result = CliRunner().invoke(app, ["calibrate", "--check"])
    assert result.exit_code == 1
    result = CliRunner().invoke(app, ["calibrate", "toy"])
    assert (result.exit_code, result.output) == (0, "wrote source/toy/results.json\n")
    assert CliRunner().invoke(app, ["calibrate", "--check"]).exit_code == 0


def test_a_practical_without_thresholds_needs_no_calibration(course):
    course.write(figure="", record="", figure_test="")
    assert calibrate(course.root, "toy", QUIET, 2, 1) is None
    assert problems(course) == []


def test_checks_are_counted_by_kind(course):
    assert checks_by_kind(read_text(course.text)) == {"exact": 2, "tolerance": 0, "statistical": 1}
    notebook = read_text(ROOT / "source/p01_mlp_basics/p01_mlp_basics.py")
    counts = checks_by_kind(notebook)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    calls = sum(source.count(f"expect.{name}(") for name in ("equal", "shape", "true", "raises", "close"))
    calls += source.count("expect.at_least(") + source.count("expect.at_most(")
    assert sum(counts.values()) == calls
    assert counts["statistical"] == source.count('figure="')
