"""`grade` does again only what changed: what it starts early, and what it reads of a class."""

import os
import time

import pytest
from graded_class import graded
from nbformat import NotebookNode
from toy_course import GOOD, ToyCourse, toy_cells

from autograder.grading import collect, run
from autograder.grading.news import has_news

pytestmark = pytest.mark.usefixtures("without_kernels")


def news(toy: ToyCourse) -> bool:
    return has_news(toy.submitted, toy.root / "out", "toy")


def parsed(toy: ToyCourse, monkeypatch) -> int:
    """How many notebooks a run of `grade` takes apart while it collects the class."""
    contents = []
    parse = collect._parse

    def noted(content: bytes) -> NotebookNode:
        contents.append(content)
        return parse(content)

    with monkeypatch.context() as patch:
        patch.setattr(collect, "_parse", noted)
        graded(toy)
    return len(contents)


def test_there_are_news_until_all_is_graded_and_when_somebody_hands_in(toy_class):
    assert news(toy_class)
    graded(toy_class)
    assert not news(toy_class)
    toy_class.submit("s4_late", GOOD)
    assert news(toy_class)
    graded(toy_class)
    again = toy_class.submit("s1_good", {**GOOD, "square": "def square(x):\n    return x**2"})
    os.utime(again, (time.time() + 60,) * 2)
    assert news(toy_class)


def test_without_news_no_parent_of_kernels_starts_and_with_some_it_does(toy_class, monkeypatch):
    started = []
    monkeypatch.setattr(run, "start_early", lambda **_: started.append(True))
    graded(toy_class)
    assert started
    started.clear()
    graded(toy_class)
    assert not started
    # a new test, which no time of a hand-in tells of
    cells = toy_cells()
    cells[4].source = cells[4].source.replace("square(3), 9", "square(5), 25")
    toy_class.write_source(cells)
    assert len(graded(toy_class).executed) == 3
    assert started


def test_what_was_sound_is_not_taken_apart_again(toy_class, monkeypatch):
    assert parsed(toy_class, monkeypatch) == 3
    assert parsed(toy_class, monkeypatch) == 0
    toy_class.submit("s4_late", {**GOOD, "mean": "def mean(values):\n    return np.mean(values)"})
    assert parsed(toy_class, monkeypatch) == 1


def test_damage_is_found_again_and_again(toy_class):
    path = toy_class.submit("s4_broken", GOOD)
    path.write_text("<html>")
    for _ in range(2):
        results = {one.student_id: one for one in graded(toy_class).results}
        assert "not a notebook" in results["s4_broken"].status


def test_another_assignment_makes_all_be_read_again(toy_class, monkeypatch):
    graded(toy_class)
    cells = toy_cells()
    cells[0].source = "# Another title"
    toy_class.write_source(cells)
    assert parsed(toy_class, monkeypatch) == 3
