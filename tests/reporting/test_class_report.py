"""The class report: its figures, what it says of whom, and that everybody can read the page."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import nbformat
import nbgrader.api
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from playwright.sync_api import sync_playwright
from rich.console import Console
from scipy.stats import pearsonr
from similar_answers import DISGUISED, UNUSUAL
from toy_course import GOOD, HALF_SQUARE, ToyCourse, alembic_version, toy_cells

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.reporting.class_report import (
    FEWEST,
    as_json,
    class_report,
    correlation,
    executed_notebook,
)
from autograder.reporting.report import report
from autograder.reporting.report_page import as_html

HOSTILE = "<script>document.title = 'x'</script>"


# --- figures ------------------------------------------------------------------------------------------------


def test_correlation_says_nothing_of_few_or_equal_ones():
    many = [float(number) for number in range(FEWEST)]
    assert (correlation(many, many) or (0.0,))[0] == pytest.approx(1)
    assert (correlation(many, many[::-1]) or (0.0,))[0] == pytest.approx(-1)
    assert correlation(many[1:], many[1:]) is None
    assert correlation([1.0] * FEWEST, many) is None


def test_the_more_there_are_the_closer_the_interval():
    few = correlation([0.0, 1, 2, 3] * 5, [0.0, 2, 1, 3] * 5)
    many = correlation([0.0, 1, 2, 3] * 50, [0.0, 2, 1, 3] * 50)
    assert few is not None
    assert many is not None
    assert few[0] == pytest.approx(many[0]) == pytest.approx(0.8)
    assert few[1] < many[1] < 0.8 < many[2] < few[2]
    assert few[1:] == pytest.approx(pearsonr([0, 1, 2, 3] * 5, [0, 2, 1, 3] * 5).confidence_interval())


# --- a class ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Iterator[Course]:
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
        grade(root, "toy", Console(quiet=True), GradeOptions(due="2025-11-30 18:00 UTC", **options))
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
    assert square.share_earned == pytest.approx(11 / 15)
    assert square.share_solved == pytest.approx(3 / 5)
    assert (mean.marked, mean.full, mean.none) == (5, 4, 1)
    assert mean.share_earned == pytest.approx(0.8)
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
def test_what_a_former_version_graded_has_no_causes_and_the_report_says_so_once(graded):
    assert class_report(graded).remark == ""
    path = executed_notebook(graded, "b_half")
    kept = path.read_text()
    notebook = nbformat.reads(kept, as_version=4)
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [one for one in cell.outputs if one.output_type != "display_data"]
    try:
        path.write_text(nbformat.writes(notebook))
        found = class_report(graded)
    finally:
        path.write_text(kept)
    assert {student for one in found.misconceptions for student in one.students} == {"c_half"}
    assert found.remark == (
        "Submissions graded by a former version, whose causes are not here: 1. "
        "Grade again for causes: practicals grade toy --force"
    )
    assert (
        as_html(found).count(found.remark) == json.loads(as_json(found))["remark"].count("Grade again") == 1
    )


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
def test_page_json_and_csv_tell_the_same(graded, tmp_path, practicals):
    practicals("report", "toy", "--output", "out", "--to", tmp_path, cwd=graded.root)
    told = json.loads((tmp_path / "toy.json").read_text())
    assert told["summary"]["graded"] == 6
    tables = {}
    for part in ("exercises", "misconceptions", "submissions", "similar"):
        with (tmp_path / f"toy-{part}.csv").open(newline="") as file:
            tables[part] = list(csv.DictReader(file))
        assert len(tables[part]) == len(told[part])
    assert [float(row["share_earned"]) for row in tables["exercises"][:2]] == [
        one["share_earned"] for one in told["exercises"][:2]
    ]
    assert tables["submissions"][0]["name"] == "Anna O'Neil, Jr."
    assert tables["misconceptions"][0]["students"] == "b_half; c_half"
    page = (tmp_path / "toy.html").read_text()
    for row in tables["submissions"]:
        assert row["student_id"] in page


@pytest.mark.slow
def test_the_page_loads_nothing_and_runs_its_own_script_alone(graded):
    page = as_html(class_report(graded))
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert page.count("<script") == 1
    assert "script-src 'sha256-" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert page == as_html(class_report(graded))  # the same figures, the same page


@pytest.mark.slow
def test_the_page_is_accessible(chromium, graded, tmp_path):
    page_file = report(graded, tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page()
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_file.as_uri())
        violations = Axe().run(page).response["violations"]
        figures = page.get_by_role("img").all()
        assert [violation["id"] for violation in violations] == []
        assert len(figures) == 3
        for figure in figures:
            assert len(figure.get_attribute("aria-label") or "") > 30
        assert requests == [page_file.as_uri()]
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        browser.close()


@pytest.mark.slow
def test_students_are_found_sorted_and_linked(chromium, graded, tmp_path):
    page_file = report(graded, tmp_path / "report")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        first = page.locator("#students tbody th:visible")

        def shown() -> list[str]:
            return [text.splitlines()[0] for text in first.all_inner_texts()]

        assert shown()[0] == "a_good"
        page.get_by_role("button", name="Points", exact=True).last.click()
        # b: 3 points, c: 1, e and f none of theirs; those without a score stand last, either way
        assert shown()[-2:] == ["g_broken", "h_away"]
        page.get_by_role("button", name="Points", exact=True).last.click()
        assert shown()[-2:] == ["g_broken", "h_away"]
        assert shown()[0] in ("a_good", "d_odd", "e_odd")
        page.get_by_label("Search").fill("zoë")
        assert shown() == ["h_away"]
        page.get_by_label("Search").fill("")
        page.get_by_label("Show").select_option("late")
        assert shown() == ["e_odd"]
        assert page.locator("#shown").inner_text() == "1 of 8 students"
        assert complaints == []
        link = page.locator("#students td a:visible").first.get_attribute("href") or ""
        file, _, anchor = link.partition("#")
        feedback = (page_file.parent / file).read_text("utf-8")
        assert f'id="{anchor}"' in feedback
        browser.close()


def test_a_report_before_grading_is_refused(toy):
    course = Course(toy.root, "toy", toy.root / "out", toy.submitted)
    with pytest.raises(PracticalsError, match="there is no gradebook.*practicals grade toy"):
        report(course, toy.root / "report")
    assert not Path(toy.root / "out").exists()
