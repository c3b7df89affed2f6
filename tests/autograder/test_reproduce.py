"""The table of published figures is what was measured, and measuring goes on where it stopped."""

import io
import json

import pytest
from rich.console import Console

from autograder import reproduce
from autograder.errors import PracticalsError

QUIET = Console(file=io.StringIO())


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one published figure, whose runs are counted."""
    (tmp_path / "docs").mkdir()
    seen = []

    def run(seed):
        seen.append(seed)
        return 0.9 + seed / 1000

    row = reproduce.Row("p03_initialization", "a setting", "0.95", run, ["a setting"], "nothing is known")
    monkeypatch.setattr(reproduce, "rows", lambda: [row])
    return tmp_path, seen


def test_the_page_shows_mean_and_spread_over_the_seeds(course):
    root, seen = course
    page = reproduce.reproduce(root, None, 5, QUIET).read_text()
    assert seen == [42, 43, 44, 45, 46]
    assert "| P03 | a setting | 0.95 | 0.9440 ± 0.0016 | 5 | nothing is known |" in page
    assert reproduce.problem(root, 5) is None


def test_finished_runs_are_kept(course):
    root, seen = course
    reproduce.reproduce(root, None, 2, QUIET)
    assert "2 of 5 seeds" in reproduce.problem(root, 5)
    reproduce.reproduce(root, ["p03_initialization"], 5, QUIET)
    assert seen == [42, 43, 44, 45, 46]


def test_a_page_that_was_edited_is_refused(course):
    root, _ = course
    page = reproduce.reproduce(root, None, 2, QUIET)
    page.write_text(page.read_text().replace("0.942", "0.952"))
    assert "docs/reproduction.md is not what the measured figures give" in reproduce.problem(root, 2)


def test_runs_of_a_setting_that_is_gone_are_dropped(course):
    root, _ = course
    (root / "docs" / "reproduction.json").write_text(json.dumps({"p03_initialization old": {"42": 0.5}}))
    reproduce.reproduce(root, None, 1, QUIET)
    assert len(reproduce.read(root)) == 1


def test_damaged_figures_and_unknown_practicals_are_told(course):
    root, _ = course
    with pytest.raises(PracticalsError, match="no published figure belongs to p99_nothing"):
        reproduce.reproduce(root, ["p99_nothing"], 1, QUIET)
    (root / "docs" / "reproduction.json").write_text("{")
    with pytest.raises(PracticalsError, match="is damaged"):
        reproduce.problem(root, 1)


def test_every_row_has_a_name_of_its_own():
    keys = [reproduce.key(row) for row in reproduce.rows()]
    assert len(set(keys)) == len(keys) == 22
