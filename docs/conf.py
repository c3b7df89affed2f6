"""How Sphinx makes the site; `practicals site` (autograder/publishing/site.py) collects what it reads."""

import base64
import hashlib
import json
import tomllib
from pathlib import Path

from autograder.grading import formulas  # before nbformat, whose import it makes shorter

# isort: split
import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.search import js_index
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

ROOT = Path(__file__).resolve().parent.parent
logger = logging.getLogger(__name__)

project = "Deep Learning Practicals"
copyright = "the authors. Code: BSD-3-Clause. Text: CC BY 4.0"
release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["handout"]
nb_execution_mode = "off"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": True}
napoleon_use_ivar = True  # attributes as a list, with no entry of their own
default_role = "py:obj"  # docstrings write code in single backticks

html_theme = "sphinx_book_theme"
html_title = project
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "use_download_button": False,
    "footer_content_items": ["copyright.html"],
    "show_navbar_depth": 1,
}


def setup(app: Sphinx) -> None:
    """Register what no extension does."""
    app.add_html_math_renderer("mathml", (inline_math, None), (block_math, None))
    app.connect("doctree-read", add_alt_texts)
    app.connect("env-updated", pages_to_write)
    app.connect("build-finished", drop_lost_words)
    app.connect("html-page-context", name_folds, priority=900)  # after the theme's own


def pages_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Pages to write beside those that were read anew, so that all are as if made from scratch.

    All of them, if something changed that pages show of each other: titles, their order, the names of
    headings and of Python objects. Otherwise those with entries in the index, which Sphinx' search forgets
    unless it writes their pages.
    """
    shown = [
        {name: title.astext() for name, title in sorted(env.titles.items())},
        sorted(env.toctree_includes.items()),
        {name: slugs(env, name) for name in sorted(env.all_docs)},
        sorted(env.domains.standard_domain.labels.items()),
        sorted(env.domains.standard_domain.anonlabels.items()),
        sorted(env.domains.python_domain.get_objects()),
    ]
    digest = hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()
    file = Path(app.doctreedir, "shown-of-each-other.sha256")
    is_same = file.is_file() and file.read_text("utf-8") == digest
    file.write_text(digest, "utf-8")
    if not is_same:
        return list(env.all_docs)
    return [name for name, entries in env.domains.index_domain.entries.items() if entries]


def drop_lost_words(app: Sphinx, exception: Exception | None) -> None:
    """Take words out of the search index that stood only in pages as they were before; Sphinx leaves them."""
    file = Path(app.outdir, "searchindex.js")
    if exception is None:
        index = js_index.loads(file.read_text("utf-8"))
        for part in ("terms", "titleterms"):
            index[part] = {word: pages for word, pages in index[part].items() if pages != []}
        file.write_text(js_index.dumps(index), "utf-8")


def slugs(env: BuildEnvironment, docname: str) -> list[list[str]]:
    """Names and texts of a page's headings, as MyST keeps them to resolve links."""
    found = env.metadata[docname].get("myst_slugs", {})
    return [[slug, target, text] for slug, (_, target, text) in sorted(found.items())]


def name_folds(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object) -> None:
    """Give the folds of the sidebar names for those who hear the page; the theme gives them an icon only."""
    of_theme = context["generate_toctree_html"]

    def named(*args, **settings):
        made = of_theme(*args, **settings)
        for fold in made.select("details > summary") if made else ():
            title = fold.parent.find_previous_sibling("a").get_text(strip=True)
            fold["aria-label"] = f"Pages of {title}"
        return made

    context["generate_toctree_html"] = named


def inline_math(translator: HTML5Translator, node: nodes.math) -> None:
    """A formula as MathML, which browsers draw themselves: no script is fetched from another host."""
    translator.body.append(mathml(node, as_block=False))
    raise nodes.SkipNode


def block_math(translator: HTML5Translator, node: nodes.math_block) -> None:
    """As `inline_math`, for a formula on lines of its own."""
    translator.body.append(f'<div class="math">{mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def mathml(node: nodes.math | nodes.math_block, as_block: bool) -> str:
    """A formula as MathML; a warning, and so an error, where docutils does not know a command in it."""
    made = formulas.mathml(node.astext(), display=as_block)
    if made is None:
        logger.warning("formula %s cannot be set", node.astext(), location=node)
    return str(made or "")


def add_alt_texts(app: Sphinx, doctree: nodes.document) -> None:
    """Give the figures of a notebook the alt texts of its outputs' metadata, which MyST-NB does not read."""
    notebook = Path(app.srcdir, f"{app.env.docname}.ipynb")
    if notebook.is_file():
        alts = alt_texts(nbformat.read(notebook, as_version=4))
        for image in doctree.findall(nodes.image):
            if alt := alts.get(Path(image["uri"]).stem):
                image["alt"] = alt


def alt_texts(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Alt texts by the SHA-256 of the figure's file, which is the name that MyST-NB gives it."""
    return {
        hashlib.sha256(base64.b64decode(content)).hexdigest(): output.metadata[kind]["alt"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for kind, content in output.get("data", {}).items()
        if kind.startswith("image/") and "alt" in output.metadata.get(kind, {})
    }
