"""Looks over the pages of a built site: links and anchors, alt texts, nothing that students must not see."""

import functools
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from autograder.authoring.leaks import SHORTEST_SECRET, course_secrets, leaks_in, markers
from autograder.practical.notebooks import read_text
from autograder.practical.paths import course_config, practical_names, source_text

# Pages that explain how solutions and the bank are written
GUIDES = ("authoring.html", "grading.html", "architecture.html")
API = "api.html"
# What Markdown loses, and what Sphinx changes, on the way to a page
MARKUP = str.maketrans("", "", "`*$\\\"'‘’“”")
IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")


def page_problems(folder: Path) -> list[str]:
    """What is wrong with the pages in a folder, one phrase each; addresses on other hosts are not asked.

    Looked for: links, images, scripts and styles that lead to no file or to no anchor; images, scripts and
    styles of other hosts, which would tell them who reads; images without an alt text.

    Args:
        folder: the site.
    """
    pages = {
        path.relative_to(folder).as_posix(): BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.relative_to(folder).parts
    }
    anchors = {
        name: {
            _attribute(tag, key) for key in ("id", "name") for tag in page.find_all(None, attrs={key: True})
        }
        for name, page in pages.items()
    }
    return [
        f"{name}: {problem}"
        for name, page in pages.items()
        for problem in (*_links(name, page, folder, anchors), *_images(page))
    ]


def _links(name: str, page: BeautifulSoup, folder: Path, anchors: dict[str, set[str]]) -> Iterator[str]:
    for tag in page.find_all(lambda tag: tag.has_attr("href") or tag.has_attr("src")):
        address = _attribute(tag, "href") or _attribute(tag, "src")
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if tag.name != "a" and parts.scheme not in ("data", "mailto"):
                yield f"<{tag.name}> loads {address} from another host"
            continue
        target = unquote(urlsplit(urljoin(name, address)).path) or name
        if not (folder / target).is_file():
            yield f"{address} leads to no file"
        elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
            yield f"{address} leads to no anchor of {target}"


def _images(page: BeautifulSoup) -> Iterator[str]:
    for image in page.find_all("img"):
        alt = _attribute(image, "alt").strip()
        # Sphinx writes the file's name where there is no text
        if not alt or PurePosixPath(alt).suffix.lower() in IMAGE_TYPES:
            yield f"{_attribute(image, 'src')[:80]} has no alt text"


def _attribute(tag: Tag, name: str) -> str:
    """An attribute of a tag; empty where it has none."""
    value = tag.get(name) or ""
    return value if isinstance(value, str) else " ".join(value)


def leak_problems(root: Path, folder: Path) -> Iterator[str]:
    """What the files of a site show of any practical's solutions, hidden tests, mark schemes or bank.

    Args:
        root: the checkout.
        folder: the site; what the theme brought, under _static/, is passed over.

    Yields:
        one phrase each.
    """
    config = course_config(root)
    texts = {name: read_text(source_text(root, name)) for name in practical_names(root)}
    found, public = course_secrets(root, texts, config)
    secrets = _not_public({line: where for lines in found for line, where in lines.items()}, public)
    rendered = _not_public(
        {line.translate(MARKUP): where for line, where in secrets.items()},
        public.translate(MARKUP),
    )
    # guides show what markers and the headers of the bank's files look like
    explained = {line: where for line, where in rendered.items() if not line.startswith("#")}
    marks = [mark for pair in markers(config) for mark in pair]
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.startswith("_static/"):
            continue
        content = path.read_bytes()
        searched = secrets
        if b"\0" in content:
            continue  # an image
        if path.suffix == ".html":
            # students have course_utils, and its calls stand in answers as they stand in its signatures
            text = _text(content, but="dt.sig" if name == API else "")
            if name in GUIDES:
                text = functools.reduce(lambda text, mark: text.replace(mark, ""), marks, text)
            content = text.translate(MARKUP).encode()
            searched = explained if name in GUIDES else rendered
        yield from (f"{name} shows {leak}" for leak in leaks_in(content, searched, "", config))


def _text(content: bytes, but: str = "") -> str:
    """All that a page says, to those who see it and to those who have it read to them.

    Args:
        content: the page.
        but: what is passed over, as a CSS selector.
    """
    page = BeautifulSoup(content, "html.parser")
    for element in page.select(but) if but else ():
        element.decompose()
    return "\n".join([page.get_text(), *(_attribute(image, "alt") for image in page.find_all("img"))])


def _not_public(secrets: dict[str, str], public: str) -> dict[str, str]:
    return {
        line: where for line, where in secrets.items() if len(line) >= SHORTEST_SECRET and line not in public
    }
