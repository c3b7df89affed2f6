"""What it takes for a page to be printed: the size of paper, and what would be cut off there."""

from playwright.sync_api import Page, ViewportSize

PAPER = ViewportSize(width=718, height=1047)  # CSS pixels of A4 without margins of 1 cm
SMALLEST = 1 / 1.5  # a browser shrinks a page that is wider than paper; smaller than this is hard to read
# elements that hide, or scroll to, a part of what they hold
CUT_OFF = """() => [...document.querySelectorAll("body *")]
    .filter(one => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
    .filter(one => getComputedStyle(one).overflowX !== "visible")
    .map(one => `${one.tagName} ${one.className}: ${one.innerText.slice(0, 80)}`)"""


def print_it(page: Page) -> None:
    """Lay a page out as it is printed; fails where something would be cut off or too small to read."""
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PAPER["width"] / SMALLEST
