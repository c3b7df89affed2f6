"""Looks over the pages of a built site: links and anchors, alt texts, nothing that students must not see."""

import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from nbformat import NotebookNode

from autograder.authoring.leaks import SHORTEST_SECRET, course_secrets, found_in, leaks_in, markers
from autograder.practical.digests import built_digest, text_digest
from autograder.practical.notebooks import read_notebook, read_text
from autograder.practical.paths import course_config, practical_names, source_text

# Pages that explain how solutions and the bank are written
GUIDES = ("authoring.html", "grading.html", "architecture.html")
API = "api.html"
# What Markdown loses, and what Sphinx changes, on the way to a page
MARKUP = str.maketrans("", "", "`*$\\\"'‘’“”")
UNSEEN = ("script", "style", "template")
IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")


@dataclass(frozen=True)
class Page:
    """What is looked at of a page."""

    sha256: str  # of the file
    anchors: list[str]
    links: list[list[str]]  # tag and address, each once
    images: list[list[str]]  # address and alt text
    text: str  # all that it says, alt texts too; of the API, without the signatures


def read_pages(folder: Path, known: Mapping[str, Page] | None = None) -> dict[str, Page]:
    """The pages in a folder, by name; what the theme brought, under _static/, is passed over.

    Args:
        folder: the site.
        known: pages that were read before; those whose file is the same are not taken apart again.
    """
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder)
        if "_static" in name.parts:
            continue
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        page = (known or {}).get(name.as_posix())
        if page is None or page.sha256 != sha256:
            # students have course_utils, and its calls stand in answers as they stand in its signatures
            reader = _Reader(with_signatures=name.as_posix() != API)
            reader.feed(content.decode("utf-8"))
            reader.close()
            page = reader.page(sha256)
        pages[name.as_posix()] = page
    return pages


class _Reader(HTMLParser):
    """Takes a page apart; a tree of it, as Beautiful Soup makes, costs five times as much."""

    def __init__(self, with_signatures: bool) -> None:
        super().__init__()
        self._with_signatures = with_signatures
        self._unseen = 0  # how many elements are open whose text nobody sees
        self._in_signature = False
        self._text: list[str] = []
        self._anchors: dict[str, None] = {}
        self._links: dict[tuple[str, str], None] = {}
        self._images: list[list[str]] = []

    def page(self, sha256: str) -> Page:
        text = "\n".join(["".join(self._text), *(alt for _, alt in self._images)])
        return Page(sha256, list(self._anchors), [list(link) for link in self._links], self._images, text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self._anchors |= {values[key]: None for key in ("id", "name") if key in values}
        if "href" in values or "src" in values:
            self._links[tag, values.get("href") or values.get("src", "")] = None
        if tag == "img":
            self._images.append([values.get("src", ""), values.get("alt", "")])
        self._unseen += tag in UNSEEN
        if tag == "dt" and "sig" in values.get("class", "").split():
            self._in_signature = not self._with_signatures

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN
        if tag == "dt":
            self._in_signature = False

    def handle_data(self, data: str) -> None:
        if not self._unseen and not self._in_signature:
            self._text.append(data)


def page_problems(folder: Path, pages: Mapping[str, Page] | None = None) -> list[str]:
    """What is wrong with the pages in a folder, one phrase each; addresses on other hosts are not asked.

    Looked for: links, images, scripts and styles that lead to no file or to no anchor; images, scripts and
    styles of other hosts, which would tell them who reads; images without an alt text.

    Args:
        folder: the site.
        pages: of the site, where they were read before.
    """
    pages = read_pages(folder) if pages is None else pages
    anchors = {name: set(page.anchors) for name, page in pages.items()}
    return [
        f"{name}: {problem}"
        for name, page in pages.items()
        for problem in (*_links(name, page, folder, anchors), *_images(page))
    ]


def unused_files(folder: Path, pages: Mapping[str, Page]) -> list[Path]:
    """Pictures and downloads in a site's folder that no page leads to."""
    used = {
        folder / unquote(urlsplit(urljoin(name, address)).path)
        for name, page in pages.items()
        for _, address in page.links
        if "_images/" in address or "_downloads/" in address
    }
    there = [path for part in ("_images", "_downloads") for path in (folder / part).rglob("*")]
    return [path for path in there if path.is_file() and path not in used]


def _links(name: str, page: Page, folder: Path, anchors: dict[str, set[str]]) -> Iterator[str]:
    for tag, address in page.links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if tag != "a" and parts.scheme not in ("data", "mailto"):
                yield f"<{tag}> loads {address} from another host"
            continue
        target = unquote(urlsplit(urljoin(name, address)).path) or name
        if not (folder / target).is_file():
            yield f"{address} leads to no file"
        elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
            yield f"{address} leads to no anchor of {target}"


def _images(page: Page) -> Iterator[str]:
    for address, alt in page.images:
        # Sphinx writes the file's name where there is no text
        if not alt.strip() or PurePosixPath(alt.strip()).suffix.lower() in IMAGE_TYPES:
            yield f"{address[:80]} has no alt text"


def leak_problems(root: Path, folder: Path, pages: Mapping[str, Page] | None = None) -> Iterator[str]:
    """What the files of a site show of any practical's solutions, hidden tests, mark schemes or bank.

    Args:
        root: the checkout.
        folder: the site; what the theme brought, under _static/, is passed over.
        pages: of the site, where they were read before.

    Yields:
        one phrase each.
    """
    pages = read_pages(folder) if pages is None else pages
    config = course_config(root)
    texts = {name: _source(root, name) for name in practical_names(root)}
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
        if name in pages:
            text = pages[name].text
            if name in GUIDES:
                text = functools.reduce(lambda text, mark: text.replace(mark, ""), marks, text)
            content = text.translate(MARKUP).encode()
            searched = explained if name in GUIDES else rendered
        yield from (f"{name} shows {leak}" for leak in leaks_in(content, searched, "", config))


def _source(root: Path, practical: str) -> NotebookNode:
    """A practical's source notebook, inputs as in its text; the built one, if it has them, is read sooner."""
    text, built = source_text(root, practical), root / "source" / practical / f"{practical}.ipynb"
    if built.is_file() and built_digest(notebook := read_notebook(built)) == text_digest(text):
        return notebook
    return read_text(text)


def _not_public(secrets: dict[str, str], public: str) -> dict[str, str]:
    known = set(found_in(public, secrets))
    return {
        line: where for line, where in secrets.items() if len(line) >= SHORTEST_SECRET and line not in known
    }
