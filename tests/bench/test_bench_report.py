"""The benchmark of reports times the real command on a class with the grades of a real one."""

import json
from collections import Counter

import pytest
from graded_class import graded
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE

from autograder.bench import report as bench
from autograder.grading.course import Course
from autograder.reporting.class_report import class_report


def test_a_multiplied_class_has_the_grades_of_the_first_and_answers_of_its_own(toy):
    toy.write_release_and_bank()  # whose hint is the misconception
    toy.submit("ann", GOOD)
    toy.submit("bea", {**GOOD, "square": HALF_SQUARE})
    graded(toy)
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    with course.gradebook.open() as book:
        bench.multiply(book, course.output, "toy", 40)
    found = class_report(course)
    assert Counter(found.scores) == {5.0: 20, 3.0: 20}
    assert {standing.status for standing in found.standings} == {"graded"}
    (sign,) = found.misconceptions
    assert len(sign.students) == 20
    # four in a row share a line
    assert {frozenset(pair.students) for pair in found.similar} >= {
        frozenset(["student-0000", "student-0003"])
    }


@pytest.mark.slow
def test_the_report_is_written_as_often_as_asked_and_nothing_stays(toy, tmp_path, monkeypatch):
    def small_class(root, practical, folder):
        toy.submitted = folder
        toy.submit("ann", GOOD)

    # the sample class has an endless loop
    monkeypatch.setattr(bench, "write_sample_class", small_class)
    console, path = Console(record=True, width=120), tmp_path / "figures.json"
    before = {path for path in toy.root.rglob("*") if path.is_file()}
    seconds = bench.bench_report(toy.root, "toy", 20, 2, console, path)
    figures = json.loads(path.read_text())
    assert len(seconds) == 2
    assert (figures["students"], figures["seconds"]) == (20, seconds)
    assert figures["bytes"] > 10_000
    assert "Report of 20 submissions of toy" in console.export_text()
    assert {path for path in toy.root.rglob("*") if path.is_file()} == before
