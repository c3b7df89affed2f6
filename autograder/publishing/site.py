"""Makes the site with Sphinx: guides, the practicals as they ran without their answers, the API."""

import copy
import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from autograder.authoring.full import FOLDER, full_path, page_of, read_outputs, stale_cells
from autograder.authoring.release import ClearBuildMetadata, FoldTests
from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.practical.cells import is_test
from autograder.practical.digests import course_utils_folder, digest, modules_digest
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import course_config, practical_names
from autograder.practical.points import with_own_points
from autograder.publishing.site_check import Page, leak_problems, page_problems, read_pages, unused_files
from autograder.publishing.site_pages import CARDS, card, write_pages

WARNINGS_SHOWN = 10
CODE = ("autograder.publishing.site", "autograder.grading.formulas")  # the latter for docs/conf.py
API_SOURCE = "api.md"
STATE = "state.json"  # digests of what the kept pages depend on
PAGES = "pages.json"  # what was read of them
NOTE = """
```{{note}}
This page shows the notebook as it ran at the {budget} budget, with the answers left out.
{{download}}`Download the notebook <../handout/{name}.ipynb>` to work in it; [what it needs](../elsewhere.md).
```
"""


def make_site(root: Path, target: Path) -> list[str]:
    """Write the site in the place of a former one; unless everything is in order, that one stays.

    Pages whose sources are as they were are taken from the last site (`_work_folder`), and the new site has
    the same bytes as one that is made from scratch.

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
    folder = writable(target.parent / f".{target.name}")
    with FileLock(folder / "lock"), tempfile.TemporaryDirectory(dir=folder) as temporary:
        sources = Path(temporary, "source")
        write_sources(root, sources)
        work = _work_folder(root, folder, sources)
        html = work / "html"
        _run_sphinx(root / "docs", work)
        pages = read_pages(html, _known_pages(work))
        for path in unused_files(html, pages):
            path.unlink()
        if found := [*page_problems(html, pages), *leak_problems(root, html, pages)]:
            raise PracticalsError(
                f"{len(found)} things are wrong with the site: {'; '.join(found[:WARNINGS_SHOWN])}",
                "Correct them where the page comes from, docs/ or source/, and run the command again",
            )
        write_atomically(work / PAGES, json.dumps({name: asdict(page) for name, page in pages.items()}))
        shutil.copytree(html, Path(temporary, "html"))
        if target.exists():
            shutil.move(target, Path(temporary, "former"))
        shutil.move(Path(temporary, "html"), target)
        if (folder / "kept").exists():
            (folder / "kept").rename(Path(temporary, "kept"))
        work.rename(folder / "kept")
    return sorted(page.relative_to(target).as_posix() for page in target.rglob("*.html"))


def _work_folder(root: Path, folder: Path, sources: Path) -> Path:
    """A folder in which Sphinx makes the site, as the last site left it where that still holds.

    Sphinx takes a page that it made, in work/doctrees and work/html, as long as the file of its source has
    not been written since; `docs/conf.py` names pages that show something of others. So a source is written
    only if it says something else, and nothing is taken over where anything else has changed.

    Args:
        root: the checkout.
        folder: what is kept of the last site, under kept/. The folder for the next is always of one name,
            which Sphinx' own files hold.
        sources: what Sphinx is to read; taken from there.
    """
    work, kept = folder / "work", folder / "kept"
    shutil.rmtree(work, ignore_errors=True)
    files = [path.relative_to(sources) for path in sorted(sources.rglob("*")) if path.is_file()]
    of_all, of_api = _digest_of_all(root, files), _sha256(*sorted(course_utils_folder().rglob("*.py")))
    state = {"all": of_all, "api": of_api}
    before = json.loads((kept / STATE).read_text("utf-8")) if (kept / STATE).is_file() else {}
    if before.get("all") == of_all:
        shutil.copytree(kept, work)
        shutil.rmtree(work / "html" / "_static")  # addresses of styles tell whether they were there before
        for file in files:
            if (sources / file).read_bytes() != (work / "source" / file).read_bytes():
                shutil.copyfile(sources / file, work / "source" / file)
        if before["api"] != of_api and (work / "source" / API_SOURCE).is_file():
            (work / "source" / API_SOURCE).touch()
    else:
        shutil.copytree(sources, work / "source")
    write_atomically(work / STATE, json.dumps(state))
    return work


def _digest_of_all(root: Path, files: list[Path]) -> str:
    """SHA-256 of what all pages depend on: settings, styles, packages, this code, the list of pages."""
    docs = root / "docs"
    styles = [path for path in sorted((docs / "_static").rglob("*")) if path.is_file()]
    packages = sorted(f"{one.name} {one.version}" for one in importlib.metadata.distributions())
    return digest(
        [
            *(sys.version, packages, modules_digest(*CODE), [file.as_posix() for file in files]),
            *([style.relative_to(docs).as_posix() for style in styles], _sha256(*styles)),
            _sha256(docs / "conf.py", root / "pyproject.toml"),
        ]
    )


def _sha256(*files: Path) -> str:
    """SHA-256 of the SHA-256 of files."""
    return digest([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])


def _known_pages(work: Path) -> dict[str, Page]:
    """The pages of the last site, as they were read."""
    file = work / PAGES
    found = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return {name: Page(**values) for name, values in found.items()}


def write_sources(root: Path, folder: Path) -> None:
    """Put what Sphinx reads into a new folder: the pages of docs/, and the practicals under practicals/.

    Raises:
        PracticalsError: a practical is not built.
    """
    not_pages = shutil.ignore_patterns("*.py", "__pycache__", "*.json", "_static", FOLDER.name)
    shutil.copytree(root / "docs", folder, ignore=not_pages)
    config = course_config(root)
    cards = []
    for part in ("practicals", "handout"):
        (folder / part).mkdir()
    for name in practical_names(root):
        handout = root / "release" / name / f"{name}.ipynb"
        page, budget = as_it_ran(root, name, config)
        if [cell.source for cell in page.cells] != [cell.source for cell in read_notebook(handout).cells]:
            raise PracticalsError(
                f"{handout.relative_to(root)} is not what the source notebook gives now",
                f"Run `practicals build {name}`",
            )
        cards.append(card(page, name, folder / "cards"))
        title, _, rest = page.cells[0].source.partition("\n")
        page.cells[0].source = f"{title}\n{NOTE.format(name=name, budget=budget)}\n{rest}"
        write_pages(page, name, folder / "practicals")
        shutil.copy(handout, folder / "handout")
    index = folder / "index.md"
    container = "````{container} cards\n" + "\n\n".join(cards) + "\n````"
    write_atomically(index, index.read_text("utf-8").replace(CARDS, container))


def as_it_ran(root: Path, name: str, config: Config) -> tuple[NotebookNode, str]:
    """A practical without answers, and the budget at which it ran: full where such a run is kept whole.

    Args:
        root: the checkout.
        name: of the practical.
        config: the course's nbgrader configuration.

    Raises:
        PracticalsError: it is not built, or somebody edited the outputs of its full run.
    """
    practical = root / "source" / name
    source = with_own_points(read_notebook(practical / f"{name}.ipynb"), practical)
    page = without_answers(copy.deepcopy(source), config)
    outputs = read_outputs(full_path(root, name)) if full_path(root, name).exists() else {}
    if not outputs or stale_cells(source, outputs):
        return page, "quick"
    for cell in page.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    page = page_of(page, source, outputs)
    del page.metadata["practicals"]
    return page, "full"


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
