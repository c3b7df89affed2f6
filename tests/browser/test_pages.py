"""Feedback pages and class reports can be read by everybody, on a screen and on paper."""

from collections.abc import Callable
from pathlib import Path

import demo_practical
import pytest
from axe_playwright_python.sync_playwright import Axe
from paper import print_it
from playwright.sync_api import Page, ViewportSize

NARROW = ViewportSize(width=390, height=844)
# an answer that two students have, and one that shows a table wider than paper
UNUSUAL = """def softmax(scores):
    table = np.asarray(scores, dtype=float)
    shares = []
    for row in table.reshape(-1, table.shape[-1]):
        weights = [np.exp(one - max(row)) for one in row]
        shares.append([weight / sum(weights) for weight in weights])
    return np.array(shares).reshape(table.shape)
"""
WIDE = (
    demo_practical.WHOLE_SUM
    + """
import pandas

pandas.DataFrame(np.full((2, 20), 1 / 7))
"""
)


@pytest.fixture(scope="module")
def graded(course, practicals, tmp_path_factory) -> Path:
    """A graded class: right answers that are alike, a wrong one, and a notebook that nobody worked on."""
    folder = tmp_path_factory.mktemp("class")
    essay = {"largest-score": demo_practical.ESSAY}
    for student, answers in {
        "anna": {"softmax": UNUSUAL, **essay},
        "ben": {"softmax": WIDE},
        "cleo": {},
        "dora": {"softmax": UNUSUAL.replace("weight", "share_of")},
    }.items():
        demo_practical.hand_in(course, folder / "submitted" / student, answers)
    output = folder / "out"
    class_ = ["--submitted", folder / "submitted", "--output", output]
    practicals("grade", demo_practical.NAME, *class_, cwd=course)
    for command in ("report", "feedback"):
        places = ["--output", output, "--to", folder / command]
        practicals(command, demo_practical.NAME, *places, cwd=course)
    return folder


@pytest.mark.parametrize(
    "file", ["feedback/demo/ben/demo.html", "feedback/demo/cleo/demo.html", "report/demo.html"]
)
def test_everybody_can_read_it(graded: Path, page: Page, shot: Callable, file: str):
    name = file.removesuffix(".html").replace("/", "-")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((graded / file).as_uri())
    shot(name, whole=True)
    violations = Axe().run(page).response["violations"]
    assert [one for one in violations if one["impact"] in ("serious", "critical")] == []
    assert requests == [(graded / file).as_uri()]

    page.emulate_media(color_scheme="dark")
    shot(f"{name}-dark", whole=True)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    violations = Axe().run(page).response["violations"]
    assert [one for one in violations if one["impact"] in ("serious", "critical")] == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    shot(f"{name}-narrow", whole=True)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]

    print_it(page)
    shot(f"{name}-printed", whole=True)
