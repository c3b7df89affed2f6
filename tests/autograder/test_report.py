"""The class report: its figures, what it says of whom, and that everybody can read the page."""

import csv
import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import nbgrader.api
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from playwright.sync_api import sync_playwright
from rich.console import Console
from test_similarity import DISGUISED, UNUSUAL
from toy_course import GOOD, HALF_SQUARE, ToyCourse, alembic_version, toy_cells

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.grading.run import grade
from autograder.report import FEWEST, causes, class_report, correlation, report
from autograder.report_page import as_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = "<script>document.title = 'x'</script>"


# --- figures ------------------------------------------------------------------------------------------------


def test_causes_are_those_of_failed_checks():
    text = """✓ the first: 1 of 1 point
✗ the second: 0 of 2 points
  Checked:      a number
  Expected:     3
  Likely cause: the biases are missing, which is
                said on two lines
  Next step:    Count.
✗ the third: 0 of 1 point
  Likely cause: another
"""
    assert causes(text) == {"the biases are missing, which is said on two lines", "another"}
    assert causes("  Likely cause: printed by a student, before any check\n") == set()
    assert len(max(causes(f"✗ x\n  Likely cause: {'a' * 10_000}"))) == 200


def test_correlation_says_nothing_of_few_or_equal_ones():
    many = [float(number) for number in range(FEWEST)]
    assert correlation(many, many) == pytest.approx(1)
    assert correlation(many, many[::-1]) == pytest.approx(-1)
    assert correlation(many[1:], many[1:]) is None
    assert correlation([1.0] * FEWEST, many) is None


# --- a class ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Course:
    """A class with everything that a report tells of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrader.api, "get_alembic_version", alembic_version)
        root = tmp_path_factory.mktemp("report") / "course"
        root.mkdir()
        cells = toy_cells()
        named = ', "the square of a secret number", mistakes={"the sign is lost": -16})'
        for cell in cells:
            cell.source = cell.source.replace(', "the square of a secret number")', named)
        toy = ToyCourse(root, cells)
        toy.write_release_and_bank()
        square = UNUSUAL.replace("total(values)", "square(x)").replace("values", "([abs(x)] * abs(x))")
        copied = DISGUISED.replace("total(xs)", "square(y)").replace("xs", "([abs(y)] * abs(y))")
        toy.submit("a_good", GOOD, timestamp="2025-11-30 17:00:00 UTC")
        toy.submit("b_half", {**GOOD, "square": HALF_SQUARE}, timestamp="2025-11-29 17:00:00 UTC")
        toy.submit("c_half", {"square": HALF_SQUARE, "why": f"Because {HOSTILE}"})
        toy.submit("d_odd", {**GOOD, "square": square}, timestamp="2025-11-30 17:30:00 UTC")
        toy.submit("e_odd", {**GOOD, "square": copied}, timestamp="2025-11-30 21:00:00 UTC")
        toy.submit("f_nothing")
        toy.submit("g_broken").write_text("{")
        options = {"submitted": toy.submitted, "output": root / "out", "workers": 1}
        grade(root, "toy", Console(quiet=True), due="2025-11-30 18:00 UTC", **options)
        course = Course(root, "toy", root / "out", toy.submitted)
        with Gradebook(course.coursedir.db_url) as book:
            book.update_or_create_student("h_away", first_name="Zoë", last_name=HOSTILE)
            book.update_or_create_student("a_good", first_name="Anna", last_name="O'Neil, Jr.")
        yield course


@pytest.mark.slow
def test_the_figures(graded):
    found = class_report(graded)
    assert found.title == "A toy practical"
    assert found.due == datetime(2025, 11, 30, 18)
    assert found.summary == {
        "students": 8, "graded": 6, "not_graded": 1, "no_submission": 1, "late": 1, "to_mark_by_hand": 1,
        "mean": pytest.approx(19 / 6), "median": 4.0, "standard_deviation": pytest.approx(2.2286, abs=1e-4),
    }  # fmt: skip
    square, mean, why = found.exercises
    # of those who answered anything: 3, 1, 1, 3, 3 of 3 points; 2, 2, 0, 2, 2 of 2
    assert (square.marked, square.full, square.partial, square.none) == (5, 3, 2, 0)
    assert square.difficulty == pytest.approx(11 / 15)
    assert (mean.marked, mean.full, mean.none) == (5, 4, 1)
    assert mean.difficulty == pytest.approx(0.8)
    assert square.discrimination is None  # too few
    assert (why.marked, why.title) == (4, "In words")


@pytest.mark.slow
def test_misconceptions_are_counted_and_known_ones_named(graded):
    found = class_report(graded).misconceptions
    # a likely cause, and a hint of the bank that stands elsewhere in the feedback
    assert {(one.cause, *one.known_as) for one in found} == {
        ("the sign is lost",),
        ("the error is 32", "Forgets the sign"),
    }
    for one in found:
        assert one.students == ["b_half", "c_half"]
        assert one.title == "Square a number"


@pytest.mark.slow
def test_similar_answers_are_listed(graded):
    (pair,) = class_report(graded).similar
    assert pair.students == ("d_odd", "e_odd")
    assert pair.grade_id == "square"


@pytest.mark.slow
def test_every_student_stands_in_it(graded):
    standings = {one.student_id: one for one in class_report(graded).standings}
    assert standings["h_away"].status == "no submission"
    assert standings["h_away"].score is None
    assert standings["a_good"].name == "Anna O'Neil, Jr."
    assert standings["e_odd"].status == "graded, 3 h late"
    assert standings["g_broken"].status.startswith("not graded: not a notebook")


@pytest.mark.slow
def test_page_json_and_csv_tell_the_same(graded, tmp_path):
    command = [
        sys.executable, "-m", "autograder.cli", "report", "toy", "--output", "out", "--to", str(tmp_path),
    ]  # fmt: skip
    subprocess.run(command, cwd=graded.root, check=True, capture_output=True)
    told = json.loads((tmp_path / "toy.json").read_text())
    assert told["summary"]["graded"] == 6
    tables = {}
    for part in ("exercises", "misconceptions", "submissions", "similar"):
        with (tmp_path / f"toy-{part}.csv").open(newline="") as file:
            tables[part] = list(csv.DictReader(file))
        assert len(tables[part]) == len(told[part])
    assert [float(row["difficulty"]) for row in tables["exercises"][:2]] == [
        one["difficulty"] for one in told["exercises"][:2]
    ]
    assert tables["submissions"][0]["name"] == "Anna O'Neil, Jr."
    assert tables["misconceptions"][0]["students"] == "b_half; c_half"
    page = (tmp_path / "toy.html").read_text()
    for row in tables["submissions"]:
        assert row["student_id"] in page


@pytest.mark.slow
def test_the_page_loads_and_runs_nothing(graded):
    page = as_html(class_report(graded))
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert page == as_html(class_report(graded))  # the same figures, the same page


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
def test_the_page_is_accessible(graded, tmp_path):
    page_file = report(graded, tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_file.as_uri())
        violations = Axe().run(page).response["violations"]
        figures = page.get_by_role("img").all()
        assert [violation["id"] for violation in violations] == []
        assert len(figures) == 3
        for figure in figures:
            assert len(figure.get_attribute("aria-label")) > 30
        assert requests == [page_file.as_uri()]
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        browser.close()


def test_a_report_before_grading_is_refused(toy):
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    with pytest.raises(PracticalsError, match="there is no gradebook.*practicals grade toy"):
        report(course, toy.root / "report")
    assert not Path(toy.root / "out").exists()
