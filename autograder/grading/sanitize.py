"""Turns what a student's code put out into HTML that cannot run, load or imitate anything."""

import base64
import re
import secrets
from functools import lru_cache

import bleach
from bs4 import BeautifulSoup
from markupsafe import Markup
from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from autograder.grading.formulas import mathml

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details", "div",
    "dl", "dt", "em", "h4", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp",
    "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul", "var",
}  # fmt: skip
ATTRIBUTES = {"alt", "colspan", "rowspan", "scope", "span", "start", "title", "width"}
HEADINGS = ["h1", "h2", "h3", "h5", "h6"]
WITH_CONTENT = ["script", "style", "template", "title", "iframe", "object", "svg", "math", "noscript"]
PROTOCOLS = {"http", "https", "mailto", "data"}  # `_allowed` says where each may stand
LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
DATA_IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
IMAGE_TYPES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")
NO_DESCRIPTION = "Figure without a description"
WIDEST = 10_000  # pixels of a page


def clean_html(html: str) -> Markup:
    """HTML without scripts, handlers, styles, frames, forms, and without what is loaded from elsewhere."""
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.find_all(WITH_CONTENT):
        element.decompose()
    for heading in soup.find_all(HEADINGS):
        heading.name = "h4"  # the page's own headings stay its outline
    return Markup(bleach.clean(str(soup), tags=TAGS, attributes=_allowed, protocols=PROTOCOLS, strip=True))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in ATTRIBUTES:
        return True
    if tag == "a" and name == "href":
        return bool(LINK.match(value.strip()))
    return tag == "img" and name == "src" and bool(DATA_IMAGE.fullmatch(value))


class _Renderer(IPythonRenderer):
    """Sets formulas: a mark stands for each until the HTML around it has been cleaned.

    A formula that cannot be set stays as it was typed.
    """

    def __init__(self, attachments: dict):
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self.mark = secrets.token_hex(8)
        self.formulas: list[Markup] = []
        self.typed: list[str] = []

    def block_math(self, body: str) -> str:
        return self._set(body, True) or super().block_math(body)

    def inline_math(self, body: str) -> str:
        return self._set(body, False) or super().inline_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._set(whole, True) or super().latex_environment(name, body)

    def _set(self, tex: str, display: bool) -> str:
        if (formula := mathml(tex, display)) is None:
            return ""
        self.formulas.append(formula)
        self.typed.append(tex)
        return f"{self.mark}-{len(self.formulas) - 1};"

    def with_formulas(self, html: Markup) -> Markup:
        """Cleaned HTML with its formulas, which stand in text alone: in an attribute they would break out."""
        if not self.formulas:
            return html
        marked = re.compile(rf"{self.mark}-(\d+);")
        soup = BeautifulSoup(html, "html.parser")
        for image in soup.find_all(alt=marked):
            image["alt"] = marked.sub(lambda found: f"${self.typed[int(found[1])]}$", str(image["alt"]))
        for text in soup.find_all(string=marked):
            before, *rest = marked.split(text)
            pieces: list[str | BeautifulSoup] = [before]
            for number, after in zip(rest[::2], rest[1::2], strict=True):
                pieces += [BeautifulSoup(self.formulas[int(number)], "html.parser"), after]
            text.replace_with(*pieces)
        return Markup(soup)


def markdown(text: str, attachments: dict | None = None) -> Markup:
    """Markdown, as a student wrote it, as HTML; formulas as MathML."""
    renderer = _Renderer(attachments or {})
    try:
        return renderer.with_formulas(clean_html(MarkdownWithMath(renderer=renderer).render(text)))
    except InvalidNotebook:  # an image that is not attached
        return terminal_text(text)


@lru_cache(maxsize=256)  # the checks and stubs of a class are the same on every page
def code(source: str) -> Markup:
    """Python source, highlighted."""
    return Markup(Highlight2HTML()(source, language="ipython3"))


def terminal_text(text: str) -> Markup:
    """Text of a terminal, its colours as classes, other control characters removed."""
    return Markup("<pre>{}</pre>").format(Markup(CONTROL_CHARACTERS.sub("", ansi2html(text))))


def image(media_type: str, data: str, description: str, width: object = None) -> Markup:
    """An image inside the page; a browser runs no script of an SVG that it shows as an image.

    Args:
        media_type: one of `IMAGE_TYPES`.
        data: SVG, or base64 of the others.
        description: the text for those who cannot see it.
        width: pixels of the page, as the output's metadata give them; by default, and where it is no whole
            number that a page has, the image has its own.
    """
    try:
        content = data.encode() if media_type == "image/svg+xml" else _decoded(data)
    except ValueError:  # no base64, no text in Unicode
        return Markup("<p>A figure that could not be read.</p>")
    encoded = base64.b64encode(content).decode()
    wide = Markup(' width="{}"').format(width) if type(width) is int and 0 < width < WIDEST else ""
    return Markup('<img src="data:{};base64,{}" alt="{}"{}>').format(media_type, encoded, description, wide)


def _decoded(data: str) -> bytes:
    return base64.b64decode("".join(data.split()), validate=True)


def output(cell_output: NotebookNode) -> Markup:
    """One output of a cell, in the richest form that is safe."""
    if cell_output.output_type == "stream":
        return terminal_text(cell_output.text)
    if cell_output.output_type == "error":
        return terminal_text("\n".join(cell_output.traceback))
    data = cell_output.data
    for media_type in IMAGE_TYPES:
        if isinstance(data.get(media_type), str):
            told = cell_output.metadata.get(media_type)
            told = told if isinstance(told, dict) else {}
            return image(
                media_type, data[media_type], str(told.get("alt") or NO_DESCRIPTION), told.get("width")
            )
    if isinstance(data.get("text/html"), str):
        # a wide table scrolls, with the keyboard too
        return Markup('<div class="table" role="region" aria-label="Output" tabindex="0">{}</div>').format(
            clean_html(data["text/html"])
        )
    if isinstance(data.get("text/markdown"), str):
        return markdown(data["text/markdown"])
    return terminal_text(str(data.get("text/plain", "")))
