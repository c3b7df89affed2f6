"""Feedback pages and class reports can be read by everybody, on a screen and on paper."""

from collections.abc import Callable
from pathlib import Path

import demo_practical
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PAPER = {"width": 718, "height": 1047}  # CSS pixels of A4 without margins of 1 cm
# what a page shows less of than it holds
CUT_OFF = """() => [document.scrollingElement, ...document.querySelectorAll("body *")]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
    .filter(one => one === document.scrollingElement || getComputedStyle(one).overflowX !== "visible")
    .map(one => `${one.tagName} ${one.className}: ${one.innerText.slice(0, 80)}`)"""


@pytest.fixture(scope="module")
def graded(course, practicals, tmp_path_factory) -> Path:
    """A graded class: everything right, wrong, and nothing answered."""
    folder = tmp_path_factory.mktemp("class")
    essay = {"largest-score": demo_practical.ESSAY}
    demo_practical.hand_in(course, folder / "submitted" / "anna", {"softmax": demo_practical.RIGHT, **essay})
    demo_practical.hand_in(course, folder / "submitted" / "ben", {"softmax": demo_practical.WHOLE_SUM})
    demo_practical.hand_in(course, folder / "submitted" / "cleo", {}, without=("softmax-test",))
    output = folder / "out"
    practicals(
        course, "grade", demo_practical.NAME, "--submitted", str(folder / "submitted"),
        "--output", str(output),
    )  # fmt: skip
    for command in ("report", "feedback"):
        practicals(
            course, command, demo_practical.NAME, "--output", str(output), "--to", str(folder / command)
        )
    return folder


@pytest.mark.parametrize("file", ["feedback/ben/demo.html", "feedback/cleo/demo.html", "report/demo.html"])
def test_everybody_can_read_it(graded: Path, page: Page, shot: Callable, file: str):
    name = file.removesuffix(".html").replace("/", "-")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((graded / file).as_uri())
    shot(name, whole=True)
    violations = Axe().run(page).response["violations"]
    assert [one for one in violations if one["impact"] in ("serious", "critical")] == []
    assert requests == [(graded / file).as_uri()]

    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    assert page.evaluate(CUT_OFF) == []
    shot(f"{name}-printed", whole=True)
