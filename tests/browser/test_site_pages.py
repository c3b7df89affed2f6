"""The site can be read by everybody, on wide and narrow screens, by day and by night, and on paper."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from paper import print_it
from playwright.sync_api import Page, ViewportSize, expect

NARROW = ViewportSize(width=390, height=844)  # the fixture `page` is wide
SLIDERS = "practicals/p05_optimizers/3-paths.html"
PAGES = (
    "index.html",
    "instructors.html",
    "practicals/p01_mlp_basics.html",
    "practicals/p01_mlp_basics/2-the-network.html",
    SLIDERS,
    "api.html",
)
# formulas of which scrolling does not show the beginning
BEGINS_OUTSIDE = """() => [...document.querySelectorAll("div.math > math")]
    .filter(one => one.getBoundingClientRect().left < one.parentElement.getBoundingClientRect().left - 1)
    .map(one => one.textContent)"""


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_read_it(real_site: Path, page: Page, shot: Callable, name: str):
    """By day and by night, on a narrow screen and on paper; one browser shows it in each way."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(color_scheme="light")
    page.goto((real_site / name).as_uri())
    shot(f"site-{Path(name).stem}-light")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    shot(f"site-{Path(name).stem}-dark")
    assert violations(page, "color-contrast", "link-in-text-block") == []  # what colours can change

    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    shot(f"site-{Path(name).stem}-narrow")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]
    assert page.evaluate(BEGINS_OUTSIDE) == []

    print_it(page)
    shot(f"site-{Path(name).stem}-printed", whole=True)
    assert [url for url in asked if not url.startswith("file:")] == []


def test_figures_have_more_pixels_than_their_place(real_site: Path, page: Page):
    page.goto((real_site / "practicals/p01_mlp_basics/1-the-data.html").as_uri())
    images = page.locator("img[width]")
    assert images.count() >= 3
    for wide, drawn in images.evaluate_all("all => all.map(one => [one.clientWidth, one.naturalWidth])"):
        assert drawn > 1.4 * wide


def violations(page: Page, *rules: str) -> list[dict]:
    """What is seriously wrong with a page, by these rules of axe or by all."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, options=options).response["violations"]
    return [one for one in found if one["impact"] in ("serious", "critical")]


def test_the_search_finds_a_function(real_site: Path, page: Page):
    page.goto(f"{(real_site / 'search.html').as_uri()}?q=lr_range")
    result = page.locator("#search-results a", has_text="course_utils").first
    result.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sliders_move_lines_that_lie_on_their_picture(
    real_site: Path, page: Page, shot: Callable, scheme: Literal["light", "dark"]
):
    page.emulate_media(color_scheme=scheme)
    page.goto((real_site / SLIDERS).as_uri())
    slider = page.get_by_role("slider", name="momentum")
    said = page.get_by_role("status").text_content()
    slider.press("ArrowRight")
    expect(page.get_by_role("status")).not_to_have_text(said or "")
    shot(f"site-sliders-{scheme}")
    picture = page.get_by_alt_text("The contour lines of the ravine")
    # it has no edge of the theme's, by which the lines would be off
    assert picture.evaluate("one => [one.clientLeft, getComputedStyle(one).padding]") == [0, "0px"]
