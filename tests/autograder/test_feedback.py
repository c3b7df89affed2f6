"""The feedback page: what students see, what they must not see, and what must not run in a browser."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell
from rich.console import Console
from toy_course import GOOD, HALF_SQUARE, ToyCourse, index_of, toy_cells

from autograder.grading import sanitize
from autograder.grading.run import grade

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


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    """The pages of a small class, by student."""
    root = tmp_path_factory.mktemp("course")
    cells = toy_cells()
    hidden = "weights = list(range(1, 7))\n### END HIDDEN TESTS"
    cells[9].source = cells[9].source.replace("### END HIDDEN TESTS", hidden)
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
    toy.submit("deleted", GOOD, edit=lambda nb: nb.cells.pop(index_of(nb, "mean-test")))
    grade(root, "toy", Console(quiet=True), submitted=toy.submitted, due="2025-11-30 18:00 UTC")
    return {path.parts[-3]: path.read_text() for path in (root / "feedback").glob("*/toy/toy.html")}


def text(page: str) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(page, "html.parser").body.get_text(" "))


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
        assert page.find(id=link["href"].removeprefix("#"))


def test_what_is_still_to_be_marked_is_said(pages):
    assert "5 of 9 points; 4 of them are still to be marked by a person" in text(pages["good"])
    assert "not marked yet (of 4)" in text(pages["good"])
    assert "still to be marked" not in text(pages["half"])


def test_lateness_and_remarks(pages):
    assert "handed in 2025-11-30 21:00 UTC, 3 h late" in text(pages["good"])
    assert "late" not in text(pages["half"])
    assert "The test cell “mean-test” was missing: it was put back." in text(pages["deleted"])
    assert "Remarks" not in text(pages["half"])


def test_a_failed_check_explains_itself(pages):
    assert "✗ a negative number: 0 of 2 points Checked: the square of a secret number" in text(pages["half"])


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
    assert page.html["lang"] == "en"
    assert page.title.get_text() == f"A toy practical: feedback for {student}"
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
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert "bold" in text(pages["evil"])
    assert "widget" in text(pages["evil"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_nothing_runs_in_a_real_browser(pages, tmp_path):
    # without our policy, so that the cleaning alone has to hold
    page = re.sub(r"<meta [^>]*Content-Security-Policy[^>]*>", "", pages["evil"])
    (tmp_path / "page.html").write_text(page)
    control = (
        "<title>fine</title><svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='hacked'\"></svg>"
    )
    (tmp_path / "control.html").write_text(control)
    assert browser_title(tmp_path / "control.html", tmp_path) == "hacked"
    assert browser_title(tmp_path / "page.html", tmp_path) == "A toy practical: feedback for evil"


def browser_title(page: Path, folder: Path) -> str:
    flags = [
        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", f"--user-data-dir={folder / 'profile'}", "--dump-dom",
    ]  # fmt: skip
    command = ["chromium", *flags, page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    return BeautifulSoup(dom, "html.parser").title.get_text()


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
