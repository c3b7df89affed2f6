"""Makes the site with Sphinx: guides, the practicals as they ran without their answers, the API."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from autograder.authoring.release import ClearBuildMetadata, FoldTests
from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.practical.cells import is_test
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import course_config, practical_names
from autograder.practical.points import with_own_points
from autograder.publishing.site_check import leak_problems, page_problems
from autograder.publishing.site_pages import CARDS, card, write_pages

WARNINGS_SHOWN = 10
NOTE = """
```{{note}}
This page shows the notebook as it ran at the quick budget, with the answers left out.
{{download}}`Download the notebook <../handout/{name}.ipynb>` to work in it; [what it needs](../elsewhere.md).
```
"""


def make_site(root: Path, target: Path) -> list[str]:
    """Write the site in the place of a former one; unless everything is in order, that one stays.

    Args:
        root: the checkout.
        target: folder of the site, such as build/site.

    Returns:
        its pages, relative to `target`.

    Raises:
        PracticalsError: Sphinx is not installed or warns of something, a practical is not built, a link leads
            nowhere, a figure has no alt text, or a page would show a solution.
    """
    if missing := [name for name in ("myst_nb", "sphinx_book_theme") if not importlib.util.find_spec(name)]:
        raise PracticalsError(
            f"the site needs packages that are not installed: {', '.join(missing)}", "Run make setup"
        )
    if target.exists() and not (target / "searchindex.js").is_file():
        raise PracticalsError(f"{target} is there and is not a site", "Move it elsewhere")
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=writable(target.parent)) as folder:
        work = Path(folder)
        write_sources(root, work / "source")
        _run_sphinx(root / "docs", work)
        html = work / "html"
        if found := [*page_problems(html), *leak_problems(root, html)]:
            raise PracticalsError(
                f"{len(found)} things are wrong with the site: {'; '.join(found[:WARNINGS_SHOWN])}",
                "Correct them where the page comes from, docs/ or source/, and run the command again",
            )
        if target.exists():
            shutil.move(target, work / "former")
        shutil.move(html, target)
    return sorted(page.relative_to(target).as_posix() for page in target.rglob("*.html"))


def write_sources(root: Path, folder: Path) -> None:
    """Put what Sphinx reads into a new folder: the pages of docs/, and the practicals under practicals/.

    Raises:
        PracticalsError: a practical is not built.
    """
    not_pages = shutil.ignore_patterns("*.py", "__pycache__", "*.json", "_static")
    shutil.copytree(root / "docs", folder, ignore=not_pages)
    config = course_config(root)
    cards = []
    for part in ("practicals", "handout"):
        (folder / part).mkdir()
    for name in practical_names(root):
        practical = root / "source" / name
        source = with_own_points(read_notebook(practical / f"{name}.ipynb"), practical)
        handout = root / "release" / name / f"{name}.ipynb"
        page = without_answers(source, config)
        if [cell.source for cell in page.cells] != [cell.source for cell in read_notebook(handout).cells]:
            raise PracticalsError(
                f"{handout.relative_to(root)} is not what the source notebook gives now",
                f"Run `practicals build {name}`",
            )
        cards.append(card(page, name, folder / "cards"))
        title, _, rest = page.cells[0].source.partition("\n")
        page.cells[0].source = f"{title}\n{NOTE.format(name=name)}\n{rest}"
        write_pages(page, name, folder / "practicals")
        shutil.copy(handout, folder / "handout")
    index = folder / "index.md"
    container = "````{container} cards\n" + "\n\n".join(cards) + "\n````"
    write_atomically(index, index.read_text("utf-8").replace(CARDS, container))


def without_answers(notebook: NotebookNode, config: Config) -> NotebookNode:
    """A built notebook as students get it, by nbgrader's own preprocessors, but with its outputs.

    Test cells are folded and lose theirs, which name the parts that are hidden.

    Args:
        notebook: changed in place.
        config: the course's nbgrader configuration.
    """
    for kind in (ClearSolutions, ClearHiddenTests, ClearMarkScheme, ClearBuildMetadata, FoldTests):
        notebook, _ = kind(config=config).preprocess(notebook, ResourcesDict())
    for cell in notebook.cells:
        if is_test(cell):
            cell.outputs, cell.execution_count = [], None
    return notebook


def _run_sphinx(configuration: Path, work: Path) -> None:
    """Make work/html of work/source; warnings are errors."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "--jobs", "auto"),
            *("-c", configuration, "-d", work / "doctrees", work / "source", work / "html"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        shown = "\n".join(lines[:WARNINGS_SHOWN]).replace(f"{work}/source/", "")
        raise PracticalsError(f"Sphinx is not content:\n{shown}\n", "Correct it in docs/ or source/")
