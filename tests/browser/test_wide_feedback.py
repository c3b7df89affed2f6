"""What is wider than a phone, or than paper, is whole on a feedback page: tables, formulas, words."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from graded_class import execute_nothing, graded
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from paper import PAPER, print_it
from PIL import Image
from playwright.sync_api import Page, ViewportSize
from toy_course import GOOD, ToyCourse, alembic_version, cell_named, new_toy

WIDTHS = (ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844))
COLUMNS = 20
NUMBER = "0.142857"
# what ends right of the page, and stands in nothing that scrolls to it
OUTSIDE = """width => {
    const scrolls = one => one && (["auto", "scroll"].includes(getComputedStyle(one).overflowX)
        || scrolls(one.parentElement));
    return [...document.querySelectorAll("body *")]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
        .filter(one => !scrolls(one.parentElement))
        .map(one => `${one.tagName} ${one.className}: ${one.textContent.slice(0, 60)}`)
}"""


def row(cell: str, mark: str) -> str:
    return "<tr>" + f"<{mark}>{cell}</{mark}>" * COLUMNS + "</tr>"


def markdown_table() -> str:
    line = f"| {' | '.join([NUMBER] * COLUMNS)} |"
    return "\n".join([line, "|---" * COLUMNS + "|", line])


FORMULA = "$$" + " + ".join(f"x_{{{number}}}^2" for number in range(16)) + "$$"
ESSAY = f"In words:\n\n{markdown_table()}\n\n{FORMULA}\n\n`{'name_' * 40}`"


@pytest.fixture(scope="module")
def wide(tmp_path_factory) -> Path:
    """The page of an answer whose outputs, words and comment are wide."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbgrader.api.get_alembic_version", alembic_version)
        execute_nothing(patch)
        toy = new_toy(tmp_path_factory.mktemp("wide") / "course")
        toy.submit("ada", {**GOOD, "why": ESSAY})
        graded(toy)
        put_out(toy)
        graded(toy)
    return toy.root / "out" / "feedback" / "ada" / "toy" / "toy.html"


def put_out(toy: ToyCourse) -> None:
    """Give the executed notebook wide outputs, and the essay a comment; an exercise with all points folds."""
    out = toy.root / "out"
    path = out / "autograded" / "ada" / "toy" / "toy.ipynb"
    notebook = nbformat.read(path, as_version=4)
    frame = f"<table><thead>{row('column', 'th')}</thead><tbody>{row(NUMBER, 'td') * 3}</tbody></table>"
    picture = io.BytesIO()
    Image.new("RGB", (2400, 100), "navy").save(picture, format="png")
    cell_named(notebook, "square").outputs = [
        new_output("display_data", {"text/html": frame, "text/plain": "a table"}),
        new_output("display_data", {"image/png": base64.b64encode(picture.getvalue()).decode()}),
        new_output("stream", name="stdout", text="1234567890" * 40),
    ]
    nbformat.write(notebook, path)
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        book.find_grade("square-test", "toy", "toy", "ada").manual_score = 1
        comment = book.find_comment("why", "toy", "toy", "ada")
        comment.manual_comment = f"As here:\n\n{markdown_table()}"
        book.db.commit()


@pytest.mark.parametrize("size", WIDTHS, ids=lambda size: str(size["width"]))
def test_nothing_is_out_of_reach_on_a_screen(wide: Path, page: Page, shot: Callable, size: ViewportSize):
    page.set_viewport_size(size)
    page.goto(wide.as_uri())
    shot(f"feedback-wide-{size['width']}", whole=True)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
    assert page.evaluate(OUTSIDE, size["width"]) == []


def test_all_columns_are_on_the_paper(wide: Path, page: Page, shot: Callable):
    page.goto(wide.as_uri())
    print_it(page)
    shot("feedback-wide-printed", whole=True)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PAPER["width"]
    assert page.evaluate(OUTSIDE, PAPER["width"]) == []
