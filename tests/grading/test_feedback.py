"""The feedback page: what students see, what they must not see, and what must not run in a browser."""

import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.preprocessors import ClearHiddenTests
from playwright.sync_api import sync_playwright
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, index_of, toy_cells

from autograder.grading import sanitize
from autograder.grading.feedback import checks_as_data, sections
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.practical.cells import BUILDS_ON, is_test, name_of
from course_utils.results import PASSED, RESULT_TYPE, ExerciseResult, part_result

HACKED = "document.title='hacked'"
EVIL = f"""
from IPython.display import HTML, Javascript, Markdown, SVG, display
display(HTML('''<script>{HACKED}</script><img src=x onerror="{HACKED}"><b onclick="{HACKED}">bold</b>
    <a href="javascript:{HACKED}">link</a><iframe srcdoc="<script>{HACKED}</script>"></iframe>
    <style>body {{ display: none }}</style><form action="https://example.org"><input></form>'''))
display(SVG('''<svg xmlns="http://www.w3.org/2000/svg" onload="{HACKED}"><script>{HACKED}</script></svg>'''))
display(Javascript("{HACKED}"))
display(Markdown('''<script>{HACKED}</script>\\n\\n[link](javascript:{HACKED})'''))
display({{"image/png": '''AAAA" onerror="{HACKED}"'''}}, raw=True)
display({{"image/png": "AAAA"}}, raw=True, metadata={{"image/png": {{"alt": '''" onerror="{HACKED}'''}}}})
display({{"application/vnd.jupyter.widget-view+json": {{"model_id": "x"}}, "text/plain": "widget"}}, raw=True)
print('''<script>{HACKED}</script>''')
raise ValueError('''<script>{HACKED}</script>''')
"""
PEEK = """
import inspect
def square(x):
    print(inspect.getsource(inspect.currentframe().f_back))
    return x * abs(x)
"""

FORGED = ExerciseResult("Square a number", 3, 3, (part_result("FORGED", 3, PASSED),)).as_data()
# what a student puts out as if a test had: once in a cell of their own, once while a test calls the answer
FORGE = f"""
from IPython.display import display, update_display
def forge():
    display({{{RESULT_TYPE!r}: {FORGED!r}}}, raw=True, display_id="forged")
    update_display({{{RESULT_TYPE!r}: {FORGED!r}}}, raw=True, display_id="forged")
"""
MARKUP = f"<script>{HACKED}</script>"


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    """The pages of a small class, by student."""
    root = tmp_path_factory.mktemp("course")
    cells = toy_cells()
    hidden = "weights = list(range(1, 7))\n### END HIDDEN TESTS"
    cells[9].source = cells[9].source.replace("### END HIDDEN TESTS", hidden)
    cells[9].metadata["tags"] = [f"{BUILDS_ON}square"]
    toy = ToyCourse(root, cells)
    essay = "# Big\n\nIt *is* so.\n\n| a |\n|---|\n| 1 |\n\n![gone](attachment:gone.png)"
    toy.submit("good", {**GOOD, "why": essay}, timestamp="2025-11-30 21:00:00 UTC")
    toy.submit("half", {**GOOD, "square": HALF_SQUARE})
    toy.submit("wrong", {**GOOD, "mean": "def mean(values):\n    return values[1]"})
    toy.submit("untouched")
    toy.submit("own_line", {**GOOD, "mean": "weights = list(range(1, 7))\nmissing"})
    toy.submit("peeks", {**GOOD, "square": PEEK})
    toy.submit(
        "evil",
        {**GOOD, "square": GOOD["square"] + EVIL, "why": f"<script>{HACKED}</script> words"},
        edit=lambda nb: nb.cells.insert(2, new_code_cell(f"# <script>{HACKED}</script>\n1/0")),
    )
    toy.submit(
        "forger", {**GOOD, "square": f"{FORGE}\nforge()\ndef square(x):\n    forge()\n    return x * abs(x)"}
    )
    toy.submit("raises", {**GOOD, "square": f"def square(x):\n    raise ValueError({MARKUP!r})"})
    toy.submit("deleted", GOOD, edit=lambda nb: nb.cells.pop(index_of(nb, "mean-test")))
    grade(root, "toy", Console(quiet=True), GradeOptions(submitted=toy.submitted, due="2025-11-30 18:00 UTC"))
    return {path.parts[-3]: path.read_text() for path in (root / "feedback").glob("*/toy/toy.html")}


def text(page: str) -> str:
    (body,) = BeautifulSoup(page, "html.parser").select("body")
    return re.sub(r"\s+", " ", body.get_text(" "))


def test_points_stand_at_the_top(pages):
    page = BeautifulSoup(pages["half"], "html.parser")
    rows = [row.get_text(" ", strip=True) for row in page.select("table.summary tr")]
    assert rows == [
        "Exercise Points",
        "Square a number 1 of 3 ◐",
        "Means 2 of 2 ✓",
        "In words 0 of 4 ✗",
        "Together 3 of 9",
    ]
    for link in page.select("table.summary a"):
        assert page.find(id=str(link["href"]).removeprefix("#"))


def test_what_is_still_to_be_marked_is_said(pages):
    said = "5 points, of 5 marked so far. Still to be marked by a person: In words (4 points)"
    assert said in text(pages["good"])
    assert "not marked yet (of 4)" in text(pages["good"])
    assert "Still to be marked" not in text(pages["half"])


def test_what_to_fix_first_leads_to_what_did_not_earn_its_points(pages):
    page = BeautifulSoup(pages["half"], "html.parser")
    first, last = page.select("#first li")
    assert first.get_text(" ", strip=True).startswith("Square a number : 2 more points")
    assert "Likely cause" in first.get_text() or "Next step" in first.get_text()
    assert last.get_text(" ", strip=True).startswith("In words : 4 more points")
    for link in page.select("#first a"):
        assert page.find(id=str(link["href"]).removeprefix("#"))
    assert not BeautifulSoup(pages["good"], "html.parser").select("#first")  # what waits is nothing to fix


def test_what_earned_all_its_points_is_folded_and_nothing_else(pages):
    page = BeautifulSoup(pages["half"], "html.parser")
    folded = [one.get_text(" ", strip=True) for one in page.select("details.done > summary")]
    assert folded == ["Means 2 of 2 ✓"]
    opened = [
        one.get_text(" ", strip=True) for one in page.select("section h2") if not one.find_parent("summary")
    ]
    assert opened == ["Square a number 1 of 3 ◐", "In words 0 of 4 ✗"]


def test_lateness_and_remarks(pages):
    assert "handed in 2025-11-30 21:00 UTC, 3 h late" in text(pages["good"])
    assert "late" not in text(pages["half"])
    assert "The test cell “mean-test” was missing: it was put back." in text(pages["deleted"])
    assert "Remarks" not in text(pages["half"])


def test_a_failed_check_explains_itself(pages):
    assert "✗ a negative number: 0 of 2 points Checked: the square of a secret number" in text(pages["half"])


def test_a_check_names_the_line_of_the_students_cell_and_its_markup_is_text(pages):
    assert f"Got: ValueError: {MARKUP}, in `square`, line 2 of your cell:" in text(pages["raises"])
    assert MARKUP not in pages["raises"]


def test_what_checks_printed_is_said_once(pages):
    assert text(pages["half"]).count("the square of a secret number") == 1
    assert "see above" not in text(pages["raises"])


def test_results_that_a_student_puts_out_are_none(pages):
    assert "✗ a negative number: 0 of 2 points Checked:" in text(pages["forger"])
    checks = [
        item.get_text(" ", strip=True) for item in BeautifulSoup(pages["forger"], "html.parser").select("li")
    ]
    assert not any("FORGED" in item for item in checks)
    assert "Square a number 1 of 3" in text(pages["forger"])


@pytest.fixture
def graded_cells():
    """The first test cell of the toy, as a kernel of our own left it, without a rebuild."""
    notebook = new_notebook(cells=toy_cells()[:5])
    notebook.cells[3].source = HALF_SQUARE
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return notebook


def shown_text(notebook):
    (section,) = sections(notebook, set(), ClearHiddenTests())
    checks = section.cells[-1]
    page = "".join(checks.outputs) + (str(checks.checks) if checks.checks else "")
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


def test_a_notebook_graded_before_shows_its_text(graded_cells):
    test = graded_cells.cells[4]
    wanted = shown_text(graded_cells)
    assert checks_as_data(graded_cells, ClearHiddenTests())["square-test"].earned == 1
    (result,) = checks_as_data(graded_cells, ClearHiddenTests()).values()
    test.outputs = [new_output("stream", name="stdout", text=f"{result}\n")]  # all that a former version left
    assert checks_as_data(graded_cells, ClearHiddenTests()) == {}
    assert shown_text(graded_cells) == wanted
    assert "Checked: the square of a secret number" in wanted


@pytest.mark.parametrize("title", ["Square a number", "Another"])
def test_of_two_results_in_one_process_none_is_taken(graded_cells, title):
    test = graded_cells.cells[4]
    forged = new_output("display_data", {RESULT_TYPE: FORGED | {"title": title}})
    wanted = shown_text(graded_cells)
    test.outputs.insert(0, forged)
    assert checks_as_data(graded_cells, ClearHiddenTests()) == {}
    assert wanted in shown_text(graded_cells)
    test.outputs = [forged] if title == "Another" else [forged, forged]
    assert checks_as_data(graded_cells, ClearHiddenTests()) == {}


def test_a_line_of_a_hidden_test_in_a_result_is_left_out(graded_cells):
    (shown,) = (output for output in graded_cells.cells[4].outputs if output.output_type == "display_data")
    shown.data[RESULT_TYPE]["parts"][1]["got"] = (
        'it read expect.equal(square(-4), 16, "the square of a secret number")'
    )
    said = checks_as_data(graded_cells, ClearHiddenTests())["square-test"].parts[1]
    assert said.got is None
    assert said.what == "the square of a secret number"


@pytest.mark.parametrize(
    ("square", "mean", "first"), [(1, 0, ["Square a number"]), (3, 0, []), (1, 2, []), (None, 0, [])]
)
def test_points_lost_because_of_an_earlier_exercise_say_so(square, mean, first):
    """Where both lost points, and only there; an essay that waits for its mark has lost none."""
    notebook = new_notebook(cells=toy_cells())
    tests = {name_of(cell): cell for cell in notebook.cells if is_test(cell)}
    tests["square-test"].metadata.nbgrader["score"] = square
    tests["mean-test"].metadata.nbgrader["score"] = mean
    tests["mean-test"].metadata["tags"] = ["student-classes", f"{BUILDS_ON}square"]
    found = sections(notebook, {"square-test"} if square is None else set(), ClearHiddenTests())
    assert [one.title for one in found[1].first] == first


def test_the_page_says_what_to_put_right_first(pages):
    said = "This exercise builds on Square a number , which lost points too."
    assert said in text(pages["untouched"])
    assert [said in text(pages[student]) for student in ("good", "half", "wrong")] == [False] * 3


def test_unanswered_exercises_show_no_stub(pages):
    assert text(pages["untouched"]).count("Not answered.") == 3


def test_an_essay_is_rendered(pages):
    page = text(pages["good"])
    assert "# Big" in page  # an image is missing, so it is shown as it was typed
    assert "<em>is</em>" in sanitize.markdown("It *is* so.")


@pytest.mark.parametrize("student", ["good", "half", "wrong", "untouched", "peeks", "evil", "deleted"])
def test_no_hidden_test_and_no_rubric_is_on_the_page(pages, student):
    visible = text(pages[student])
    for hidden in ("square(-4)", "[10, 20, 60]", "HIDDEN TESTS", "rubric", "MARK SCHEME"):
        assert hidden not in visible
        assert hidden not in pages[student]


def test_lines_that_students_wrote_themselves_stay(pages):
    shown = {name: BeautifulSoup(page, "html.parser").get_text() for name, page in pages.items()}
    assert "1 weights = list(range(1, 7))" in shown["own_line"]  # in the traceback
    assert "weights = list" not in shown["wrong"]


def test_a_traceback_keeps_what_is_not_hidden(pages):
    assert "the mean of unequal numbers" in text(pages["wrong"])
    assert "Cell In" in text(pages["wrong"])


@pytest.mark.parametrize("student", ["good", "evil"])
def test_the_page_is_readable_by_a_screen_reader(pages, student):
    page = BeautifulSoup(pages[student], "html.parser")
    (html,), (title,) = page.select("html"), page.select("title")
    assert html["lang"] == "en"
    assert title.get_text() == f"A toy practical: feedback for {student}"
    assert len(page.select("h1")) == 1
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert all(deeper - above <= 1 for above, deeper in pairwise(levels))
    assert all(image["alt"] for image in page.find_all("img"))
    assert page.select("main")
    assert page.select("table.summary caption")
    assert all(cell["scope"] for cell in page.select("table.summary th"))


def test_nothing_of_a_student_can_run_or_load(pages):
    page = BeautifulSoup(pages["evil"], "html.parser")
    assert page.find_all(["script", "iframe", "object", "form", "input", "link", "svg", "embed"]) == []
    assert len(page.find_all("style")) == 1
    for element in page.find_all(True):
        for name, value in element.attrs.items():
            assert not name.startswith("on")
            assert not re.search(r"^\s*javascript:", str(value), re.IGNORECASE)
            assert name != "src" or str(value).startswith("data:image/")
    (policy,) = page.select('meta[http-equiv="Content-Security-Policy"]')
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert "bold" in text(pages["evil"])
    assert "widget" in text(pages["evil"])


@pytest.mark.slow
def test_nothing_runs_in_a_real_browser(chromium, pages, tmp_path):
    # without our policy, so that the cleaning alone has to hold
    html = re.sub(r"<meta [^>]*Content-Security-Policy[^>]*>", "", pages["evil"])
    (tmp_path / "page.html").write_text(html)
    control = (
        "<title>fine</title><svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='hacked'\"></svg>"
    )
    (tmp_path / "control.html").write_text(control)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        titles = {}
        for name in ("control", "page"):
            page = browser.new_page()
            page.goto((tmp_path / f"{name}.html").as_uri())
            titles[name] = page.title()
        browser.close()
    assert titles == {"control": "hacked", "page": "A toy practical: feedback for evil"}


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<b>1 &lt; 2</b>", "<b>1 &lt; 2</b>"),
        ('<a href="https://example.org" onclick="x">a</a>', '<a href="https://example.org">a</a>'),
        ('<a href="&#106;avascript:x">a</a>', "<a>a</a>"),
        ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
        ('<img src="https://example.org/beacon.png" alt="x">', '<img alt="x">'),
        ('<img src="data:image/svg+xml;base64,AA" alt="x">', '<img alt="x">'),
        ('<img alt="x" src="data:image/png;base64,AA">', '<img alt="x" src="data:image/png;base64,AA">'),
        ('<p style="position: fixed" id="x" class="y">a</p>', "<p>a</p>"),
        ("<h1>a</h1>", "<h4>a</h4>"),
        ("a<script>b</script><style>c</style><!-- d -->", "a"),
        ("<ul><li title=x>a", '<ul><li title="x">a</li></ul>'),
    ],
)  # fmt: skip
def test_cleaned_html(html, clean):
    assert sanitize.clean_html(html) == clean


def test_colours_of_a_terminal_and_control_characters():
    assert (
        sanitize.terminal_text("\x1b[31mred\x1b[0m\x07 <b>")
        == '<pre><span class="ansi-red-fg">red</span> &lt;b&gt;</pre>'
    )


@pytest.mark.parametrize(
    ("width", "shown"), [(320, "320"), ('3"', None), (0, None), (True, None), (10**6, None)]
)
def test_a_figure_is_as_wide_as_its_metadata_say_where_a_page_can_be(width, shown):
    told = {"image/png": {"alt": "A line.", "width": width}}
    figure = new_output("display_data", {"image/png": "AAAA"}, metadata=told)
    image = BeautifulSoup(sanitize.output(figure), "html.parser").img
    assert image is not None
    assert (image["alt"], image.get("width")) == ("A line.", shown)
