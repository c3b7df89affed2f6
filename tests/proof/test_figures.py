"""results.json has one writer: whatever measures and calibrates at the same time, nothing is lost."""

import json
from pathlib import Path
from threading import Thread

import pytest
from author_course import QUIET, Course

import autograder.proof.calibrate
import autograder.proof.measure
from autograder.proof.calibrate import Judged, calibrate
from autograder.proof.figures import read_results, updating
from autograder.proof.measure import measure
from autograder.proof.thresholds import Threshold

WRONG = """\
# title: Trains too little
# kind: misconception
# fails: figure-test 0/1
# hint: at least

# %% figure
figure = 0.5
"""
VALUES = {Judged(Threshold("figure-test", "toy_accuracy", "at_least", 0.7), "wrong"): [0.5, 0.51]}


@pytest.fixture
def runs(course, monkeypatch) -> dict:
    """The course, with runs of the notebook and of its wrong answer that take no time: what they do first."""
    (course.text.parent / "bank").mkdir()
    (course.text.parent / "bank" / "wrong.py").write_text(WRONG)
    during = {"measure": lambda: None, "calibrate": lambda: None}

    def execute(notebook, practical, settings, *arguments, **more):
        during["measure"]()
        with Path(settings["COURSE_RECORD"]).open("a") as record:
            record.write('{"name": "toy_accuracy", "value": 0.8}\n')
        return 1.0

    def values(*arguments):
        during["calibrate"]()
        return VALUES

    monkeypatch.setattr(autograder.proof.measure, "execute", execute)
    monkeypatch.setattr(autograder.proof.calibrate, "_values", values)
    return during


def measured(course: Course, budget: str) -> None:
    measure(course.root, "toy", budget, 2, QUIET)


def calibrated(course: Course) -> None:
    calibrate(course.root, "toy", QUIET, 2, 1)


def whole(course: Course) -> bool:
    """Whether both budgets and the wrong answers are there, with the rates of both budgets."""
    results = json.loads(course.results.read_text())
    assert [row["answer"] for row in results["wrong_answers"]["figure-test"]["answers"]] == ["wrong"]
    return set(results["budgets"]) == {row["budget"] for row in results["thresholds"]} == {"quick", "full"}


def test_a_measurement_that_ends_while_calibrating_goes_on_is_kept(course, runs):
    measured(course, "quick")
    runs["calibrate"] = lambda: measured(course, "full")
    calibrated(course)
    assert whole(course)


def test_a_calibration_that_ends_while_measuring_goes_on_is_kept(course, runs):
    measured(course, "quick")
    runs["measure"] = lambda: calibrated(course)
    measured(course, "full")
    assert whole(course)


def test_two_that_write_at_the_same_moment_both_write(course):
    def other() -> None:
        with updating(course.root, "toy") as results:
            results["law"] = "theirs"

    with updating(course.root, "toy") as results:
        results["budgets"]["quick"] = {"cells": [], "figures": {}}
        thread = Thread(target=other)
        thread.start()
        thread.join(0.5)  # it waits for this block; a writer that did not would be written over
    thread.join()
    results = read_results(course.results)
    assert results["law"] == "theirs"
    assert "quick" in results["budgets"]


def test_a_change_that_fails_half_way_writes_nothing(course):
    with updating(course.root, "toy") as results:
        results["law"] = "before"
    before = course.results.read_bytes()
    with pytest.raises(ZeroDivisionError), updating(course.root, "toy") as results:
        results["law"] = 1 / 0
    assert course.results.read_bytes() == before
