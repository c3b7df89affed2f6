"""Sliders in JupyterLab and on pages that nobody runs: keys move lines; without scripts the start stands."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Browser, Page, ViewportSize, expect
from servers import Lab

NARROW = ViewportSize(width=390, height=844)
NAME = "sliders"
CELL = """import matplotlib.pyplot as plt

from course_utils import sliders

figure, axis = plt.subplots(figsize=(5, 2.5), layout="constrained")
axis.set_xlim(0, 4)
axis.set_ylim(0, 16)
(line,) = axis.plot([], [])


def power(exponent, factor):
    x = [n / 10 for n in range(41)]
    return {line: (x, [factor * one**exponent for one in x])}, f"At 2 it is {factor * 2**exponent:g}."


values = {"exponent": [0, 1, 2], "factor": [0.5, 1, 2, 4]}
sliders.show(figure, power, values, start=(1, 1), alt="A power of x.")"""


@pytest.fixture(scope="module")
def notebook(course: Path) -> nbformat.NotebookNode:
    """A notebook with sliders that ran; JupyterLab was not there, and so does not trust it."""
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    }
    cells = [new_markdown_cell("# Before"), new_code_cell(CELL), new_markdown_cell("# After")]
    made = new_notebook(cells=cells, metadata=metadata)
    NotebookClient(made, resources={"metadata": {"path": str(course)}}).execute()
    nbformat.write(made, course / f"{NAME}.ipynb")
    return made


def page_of(notebook: nbformat.NotebookNode, folder: Path) -> str:
    html, _ = HTMLExporter(exclude_input=True, mathjax_url="", require_js_url="").from_notebook_node(notebook)
    (folder / "page.html").write_text(html, "utf-8")
    return (folder / "page.html").as_uri()


def test_in_jupyterlab_a_cell_that_ran_has_sliders_that_keys_move(
    notebook, instructor_lab: Lab, page: Page, shot: Callable
):
    page.goto(instructor_lab.start_page)
    page.locator(".jp-DirListing-item", has=page.get_by_text(f"{NAME}.ipynb", exact=True)).dblclick()
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    # on a slow machine matplotlib says above it that it builds its font cache
    output = page.locator('.jp-CodeCell .jp-OutputArea-output[data-mime-type="text/html"]')
    # nobody trusts it: the picture of the start, and what to do
    expect(output.get_by_role("img", name="A power of x.")).to_be_visible()
    expect(output).to_contain_text("At 2 it is 2.")
    expect(output).to_contain_text("To move the sliders, run this cell")
    expect(output.locator("input")).to_have_count(0)
    shot("sliders-1-not-trusted")

    page.locator(".jp-CodeCell .cm-content").click()
    page.keyboard.press("Control+Enter")
    factor = output.get_by_role("slider", name="factor")
    expect(factor).to_be_visible()
    expect(output).to_have_text("exponent1factor1At 2 it is 2.")
    drawn = output.locator("svg path")
    before = drawn.get_attribute("d")
    factor.focus()
    for key in ("ArrowRight", "ArrowUp"):  # in JupyterLab, ArrowUp goes to the cell above
        page.keyboard.press(key)
    expect(factor).to_be_focused()
    expect(factor).to_have_attribute("aria-valuetext", "4")
    expect(output).to_contain_text("At 2 it is 8.")
    assert drawn.get_attribute("d") != before
    output.get_by_role("slider", name="exponent").press("ArrowLeft")
    expect(output.get_by_role("status")).to_have_text("At 2 it is 4.")
    shot("sliders-2-moved")
    violations = Axe().run(page, context=".jp-OutputArea-output").response["violations"]
    assert violations == []


def test_a_page_that_nobody_runs_has_them_too_on_a_phone_as_well(
    notebook, page: Page, shot: Callable, tmp_path: Path
):
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_of(notebook, tmp_path))
    requests_of_the_page = len(requests)
    page.set_viewport_size(NARROW)
    drawn = page.locator("svg path")
    places = []
    for place in range(4):
        page.get_by_role("slider", name="factor").fill(str(place))
        places.append(drawn.get_attribute("d"))
    assert len(set(places)) == 4
    expect(page.get_by_role("status")).to_have_text("At 2 it is 8.")
    shot("sliders-3-page-narrow")
    picture, lines = page.get_by_role("img").bounding_box(), drawn.locator("xpath=../..").bounding_box()
    assert picture is not None
    assert lines == pytest.approx(picture, abs=1)  # they lie on the picture, however small it is
    assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]
    assert [url for url in requests[requests_of_the_page:] if not url.startswith("data:")] == []


def test_without_scripts_the_page_shows_the_start(notebook, browser: Browser, tmp_path: Path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_of(notebook, tmp_path))
    expect(page.get_by_role("img", name="A power of x.")).to_be_visible()
    expect(page.get_by_text("At 2 it is 2.")).to_be_visible()
    expect(page.get_by_text("here, scripts do not run")).to_be_visible()
    context.close()
