"""The site can be read by everybody, on wide and narrow screens, by day and by night."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW = {"width": 390, "height": 844}  # the fixture `page` is wide
PAGES = ("instructors.html", "practicals/p01_mlp_basics.html", "api.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_read_it(real_site: Path, page: Page, shot: Callable, name: str, scheme: str):
    elsewhere = []
    page.on("request", lambda request: request.url.startswith("file:") or elsewhere.append(request.url))
    page.emulate_media(color_scheme=scheme)
    page.goto((real_site / name).as_uri())
    shot(f"site-{Path(name).stem}-{scheme}")
    violations = Axe().run(page).response["violations"]
    assert [one for one in violations if one["impact"] in ("serious", "critical")] == []
    assert elsewhere == []


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_screen_scrolls_one_way_only(real_site: Path, page: Page, shot: Callable, name: str):
    page.set_viewport_size(NARROW)
    page.goto((real_site / name).as_uri())
    shot(f"site-{Path(name).stem}-narrow")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]


def test_the_search_finds_a_function(real_site: Path, page: Page):
    page.goto(f"{(real_site / 'search.html').as_uri()}?q=lr_range")
    result = page.locator("#search-results a", has_text="course_utils").first
    result.wait_for()
