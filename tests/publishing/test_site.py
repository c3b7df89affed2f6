"""The site: every link leads somewhere, every figure has its text, and no page shows an answer."""

import base64
import html
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from author_course import QUIET, Course
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from autograder.authoring.build import build
from autograder.authoring.leaks import found_in
from autograder.errors import PracticalsError
from autograder.practical.cells import is_test
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import course_config, practical_names
from autograder.publishing import site
from autograder.publishing.site import as_it_ran, make_site, without_answers, write_sources
from autograder.publishing.site_check import leak_problems, page_problems
from autograder.publishing.site_pages import by_section, card, write_pages

ROOT = Path(__file__).resolve().parents[2]
FIGURE = """# %%
from matplotlib.figure import Figure

from course_utils import plots

figure = Figure(figsize=(1, 1))
figure.subplots().plot([0, 1], [1, 0])
plots.show(figure, "A line that falls from 1 to 0 & stays there.")
"""
FORMULA = r"""# %% [markdown]
# A formula, $\sqrt{x^2 + 1}$, and one on lines of its own
#
# $$\sum_{i=1}^n x_i$$
"""
INDEX = """# The course

[The guide](grading.md#a-heading) explains it.

<!-- cards of the practicals -->

```{toctree}
:glob:

grading
practicals/*
```
"""
GUIDE = "# The guide\n\n## A heading\n\nWrite `### BEGIN SOLUTION` before a solution.\n"
GOOD_PAGE = """<html><body><h1 id="top-of-it">Page</h1>
<a href="#top-of-it">up</a> <a href="sub/other.html#there">on</a> <a href="https://example.org/x#y">away</a>
<img src="figure.png" alt="A curve that falls"> <a href="sub/other.html?q=1">on</a>
<img src="data:image/png;base64,aGk=" alt="A dot"> <a href="mailto:a@example.org">mail</a></body></html>"""
OTHER_PAGE = '<html><body><p id="there">Text</p><a href="../index.html#top-of-it">back</a></body></html>'


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The toy practical with a figure and formulas, and the pages and the configuration of a small site."""
    from author_course import CELLS, new_course

    made = new_course(tmp_path_factory.mktemp("site") / "course")
    made.write(use=CELLS["use"] + "\n" + FIGURE + "\n" + FORMULA)
    build(made.root, "toy", QUIET)
    docs = made.root / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(INDEX)
    (docs / "grading.md").write_text(GUIDE)
    (docs / "elsewhere.md").write_text("---\norphan: true\n---\n# Elsewhere\n")
    shutil.copy(ROOT / "docs" / "conf.py", docs)
    shutil.copytree(ROOT / "docs" / "_static", docs / "_static")
    shutil.copy(ROOT / "pyproject.toml", made.root)
    bank = made.root / "source" / "toy" / "bank"
    bank.mkdir(parents=True)
    (bank / "by_steps.py").write_text(
        "# title: x\n# kind: misconception\n\n# %% add\ncounted_in_steps = a + len(range(b))\n"
    )
    return made


@pytest.fixture
def checkout(course, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(course.root, tmp_path / "checkout")


@pytest.fixture
def pages(tmp_path):
    """A folder with two good pages and a figure."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(GOOD_PAGE)
    (tmp_path / "sub" / "other.html").write_text(OTHER_PAGE)
    (tmp_path / "figure.png").write_bytes(b"\x89PNG\r\n\0")
    return tmp_path


def shown(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


# --- the checks


def test_good_pages_pass(pages):
    assert page_problems(pages) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("sub/other.html#there", "sub/gone.html", "sub/gone.html leads to no file"),
        ("sub/other.html#there", "sub/other.html#gone", "sub/other.html#gone leads to no anchor"),
        ('"#top-of-it"', '"#elsewhere"', "#elsewhere leads to no anchor of index.html"),
        ('src="figure.png"', 'src="gone.png"', "gone.png leads to no file"),
        ("sub/other.html?q=1", "../outside.html", "leads to no file"),
        (' alt="A dot"', "", "has no alt text"),
        ('alt="A dot"', 'alt=" "', "has no alt text"),
        ("A curve that falls", "figure.png", "figure.png has no alt text"),
        ("<html>", '<html><script src="https://example.org/x.js"></script>', "from another host"),
        ("<html>", '<html><link rel="stylesheet" href="//example.org/x.css">', "from another host"),
    ],
)
def test_what_is_wrong_with_a_page_is_named(pages, before, after, problem):
    assert before in GOOD_PAGE
    (pages / "index.html").write_text(GOOD_PAGE.replace(before, after, 1))
    (found,) = page_problems(pages)
    assert found.startswith("index.html: ")
    assert problem in found


@pytest.mark.parametrize(
    ("file", "content", "leak"),
    [
        ("p.html", "<pre><span>total_of_both</span> <b>=</b> <span>a</span> + b</pre>", "cell 'add'"),
        (
            "p.html",
            "<pre>expect.equal(add(-17, 4), -13, &quot;the sum of hidden numbers&quot;)</pre>",
            "add-test",
        ),
        ("p.html", "<p>Addition of whole numbers is commutative.</p>", "cell 'why'"),
        ("p.html", "<p>Addition of <em>whole</em> numbers is <code>commutative</code>.</p>", "cell 'why'"),
        ("p.html", "<img alt='Two points for the word of the law.'>", "cell 'why'"),
        ("p.html", "<p>counted_in_steps = a + len(range(b))</p>", "by_steps.py of the bank"),
        ("p.html", "<pre>### BEGIN SOLUTION</pre>", "the marker"),
        ("_downloads/1/p.ipynb", '{"source": ["total_of_both = a + b"]}', "cell 'add'"),
        ("p.html", "<p>dG90YWxfb2ZfYm90aCA9IGEgKyBi</p>", "cell 'add'"),  # in base64
    ],
)
def test_what_students_must_not_see_is_found(course, tmp_path, file, content, leak):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(content)
    (found, *_) = leak_problems(course.root, tmp_path)
    assert found.startswith(f"{file} shows ")
    assert leak in found


def test_of_many_lines_those_that_a_text_holds_are_found():
    lines = ["return a + b", "return a - b", "a + b # sum", "short", "not there at all"]
    text = "xreturn a - b, return a + b # sum, short"
    assert found_in(text, lines) == [line for line in lines if line in text and line != "short"]


def test_guides_may_show_markers_and_headers(course, tmp_path):
    (tmp_path / "grading.html").write_text("<pre>### BEGIN SOLUTION\n# kind: misconception</pre>")
    assert list(leak_problems(course.root, tmp_path)) == []


def test_signatures_of_course_utils_are_no_leak_but_what_it_says_is_searched(course, tmp_path):
    signature = '<dl><dt class="sig">return total_of_both</dt><dd>{}</dd></dl>'
    (tmp_path / "api.html").write_text(signature.format("Adds."))
    assert list(leak_problems(course.root, tmp_path)) == []
    (tmp_path / "api.html").write_text(signature.format("<pre>return total_of_both</pre>"))
    assert len(list(leak_problems(course.root, tmp_path))) == 1


def test_text_that_lost_its_markup_on_the_way_is_no_leak(course, checkout, tmp_path):
    """The assignment's text says in Markdown what a line of the solution says in Python."""
    text = checkout / "source" / "toy" / "toy.py"
    text.write_text(text.read_text().replace("Add numbers.", "Then *always* `return total_of_both`."))
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "p.html").write_text("<p>Then <em>always</em> <code>return total_of_both</code>.</p>")
    assert list(leak_problems(checkout, pages)) == []
    assert len(list(leak_problems(course.root, pages))) == 1


# --- what Sphinx reads


def test_a_page_is_the_release_with_outputs(course):
    built = course.built()
    page = without_answers(course.built(), course_config(course.root))
    released = nbformat.read(course.release, as_version=4)
    assert [cell.source for cell in page.cells] == [cell.source for cell in released.cells]
    assert "practicals" not in page.metadata
    kept = [cell.get("outputs") for cell in page.cells if not is_test(cell)]
    assert kept == [cell.get("outputs") for cell in built.cells if not is_test(cell)]
    assert any(kept)
    assert all(cell.outputs == [] for cell in page.cells if is_test(cell))


def test_a_page_shows_the_full_run_while_all_of_it_is_of_the_present_code(checkout):
    course = Course(checkout)
    budget = 'print("seen at", __import__("os").environ["COURSE_BUDGET"])\n'
    experiment = f'# %% tags=["experiment"]\n{budget}'
    course.write(experiment=experiment)
    build(checkout, "toy", QUIET, full=True)
    page, shown_budget = as_it_ran(checkout, "toy", course_config(checkout))
    assert shown_budget == "full"
    assert [cell.outputs[0].text for cell in page.cells if cell.get("outputs")] == [
        "5 is the sum\n",
        "seen at full\n",
    ]
    released = nbformat.read(course.release, as_version=4)
    assert [cell.source for cell in page.cells] == [cell.source for cell in released.cells]
    assert "practicals" not in page.metadata
    course.write(experiment=f"{experiment}print(1)\n")
    build(checkout, "toy", QUIET)
    page, shown_budget = as_it_ran(checkout, "toy", course_config(checkout))
    assert shown_budget == "quick"
    assert "seen at quick\n1\n" in [cell.outputs[0].text for cell in page.cells if cell.get("outputs")]


def test_a_page_of_docs_practicals_does_not_end_up_beside_those_of_the_site(checkout, tmp_path):
    (checkout / "docs" / "practicals").mkdir()
    (checkout / "docs" / "practicals" / "README.md").write_text("# Not of the site\n")
    write_sources(checkout, tmp_path / "source")
    assert [path.name for path in (tmp_path / "source" / "practicals").iterdir()] == ["toy.ipynb"]
    assert "as it ran at the quick budget" in (tmp_path / "source" / "practicals" / "toy.ipynb").read_text()


def test_a_release_that_is_not_as_built_is_refused(checkout, tmp_path):
    release = checkout / "release" / "toy" / "toy.ipynb"
    notebook = read_notebook(release)
    notebook.cells[0].source += " By hand."
    nbformat.write(notebook, release)
    with pytest.raises(PracticalsError, match="is not what the source notebook gives now"):
        write_sources(checkout, tmp_path / "source")


def test_every_module_of_course_utils_is_in_the_api():
    listed = re.findall(r"automodule:: course_utils\.(\w+)", (ROOT / "docs" / "api.md").read_text())
    modules = [path.stem for path in (ROOT / "course_utils").glob("*.py") if not path.stem.startswith("__")]
    assert sorted(listed) == sorted(modules)


SECTIONS = (
    "# Sums\n\nAdd numbers. They are small.\n\nMore.",
    "## 0 Set up\n\n```\n## no heading\n```",
    "### Exercise 1: Add",
    "## 1 More\n\n#### Deep",
    "## Check your work",
    "## Papers\n\n### Old ones",
)


def test_a_page_a_section_and_the_last_takes_what_has_no_number():
    notebook = new_notebook(cells=[new_markdown_cell(text) for text in SECTIONS])
    pages = [[cell.source for cell in page.cells] for page in by_section(notebook)]
    assert pages == [
        ["# Sums\n\nAdd numbers. They are small.\n\nMore."],
        ["# 0 Set up\n\n```\n## no heading\n```", "## Exercise 1: Add"],
        ["# 1 More\n\n### Deep"],
        ["# Check your work", "## Papers\n\n## Old ones"],
    ]
    assert [cell.source for cell in notebook.cells] == list(SECTIONS)


def test_the_first_page_leads_to_the_others(tmp_path):
    write_pages(new_notebook(cells=[new_markdown_cell(text) for text in SECTIONS]), "sums", tmp_path)
    assert sorted(path.name for path in (tmp_path / "sums").iterdir()) == [
        "0-set-up.ipynb", "1-more.ipynb", "check-your-work.ipynb",
    ]  # fmt: skip
    contents = read_notebook(tmp_path / "sums.ipynb").cells[-1].source
    assert "sums/0-set-up\nsums/1-more\nsums/check-your-work" in contents


def test_a_card_has_title_first_sentences_and_the_largest_figure(course, tmp_path):
    notebook = without_answers(course.built(), course_config(course.root))
    text = card(notebook, "toy", tmp_path / "cards")
    assert "**[A toy practical](practicals/toy.ipynb)**" in text
    assert "\nAdd numbers.\n" in text
    assert "![A line that falls from 1 to 0 & stays there.](cards/toy.png)" in text
    assert (tmp_path / "cards" / "toy.png").read_bytes().startswith(b"\x89PNG")


# --- the whole, small


@pytest.fixture(scope="module")
def small_site(course):
    target = course.root / "build" / "site"
    pages = make_site(course.root, target)
    assert {"index.html", "grading.html", "practicals/toy.html", "search.html"} <= set(pages)
    return target


def test_a_practical_shows_outputs_and_no_answer(small_site):
    page = shown(small_site / "practicals" / "toy.html")
    text = page.get_text()
    assert "5 is the sum" in text
    assert "Exercise not answered yet" in text
    assert "total_of_both" not in text
    assert "negative numbers" not in text
    (figure,) = page.select(".cell_output img")
    assert figure["alt"] == "A line that falls from 1 to 0 & stays there."


def test_the_front_page_has_a_card_a_practical(small_site):
    (found,) = shown(small_site / "index.html").select(".cards .card")
    assert found.a is not None
    assert (found.a.get_text(), found.a["href"]) == ("A toy practical", "practicals/toy.html")
    assert found.img is not None
    assert found.img["alt"] == "A line that falls from 1 to 0 & stays there."


def test_test_cells_are_folded(small_site):
    folded = shown(small_site / "practicals" / "toy.html").select("details.hide pre")
    assert folded
    assert all("expect.exercise" in one.get_text() for one in folded)


def test_formulas_need_no_script(small_site):
    page = shown(small_site / "practicals" / "toy.html")
    assert page.select("math msqrt")
    assert page.select('math[display="block"] munderover, math[display="block"] msubsup')
    assert not [script for script in page.select("script[src]") if "mathjax" in str(script["src"]).lower()]


def test_the_notebook_to_work_in_is_the_release(small_site, course):
    page = shown(small_site / "practicals" / "toy.html")
    (address,) = {link["href"] for link in page.select("a.download")}
    handed_out = (small_site / "practicals" / address).resolve()
    assert handed_out.read_bytes() == course.release.read_bytes()


def test_a_site_with_something_wrong_does_not_replace_the_former(small_site, course, checkout):
    target = checkout / "build" / "site"
    before = (target / "index.html").read_text()
    (checkout / "docs" / "grading.md").write_text("# The guide\n\n[Nowhere](gone.md)\n")
    with pytest.raises(PracticalsError, match=r"(?s)Sphinx is not content.*gone\.md"):
        make_site(checkout, target)
    assert (target / "index.html").read_text() == before
    assert {path.name for path in target.parent.iterdir()} == {"site", ".site"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def another_figure(path: Path) -> None:
    """A built notebook gets a picture and an alt text as if it had been built anew."""
    notebook = read_notebook(path)
    (output,) = (
        one
        for cell in notebook.cells
        for one in cell.get("outputs", [])
        if "image/png" in one.get("data", {})
    )
    output.data["image/png"] = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 9).decode()
    output.metadata["image/png"]["alt"] = "A dot."
    nbformat.write(notebook, path)


API_PAGE = "---\norphan: true\n---\n# API\n\n```{eval-rst}\n.. automodule:: course_utils.quick_start\n```\n"


@pytest.mark.slow
def test_a_site_made_again_is_as_one_from_scratch(checkout):
    guide, target = checkout / "docs" / "grading.md", checkout / "build" / "site"
    (checkout / "docs" / "api.md").write_text(API_PAGE)
    written = checkout / "build" / ".site" / "kept" / "html" / "elsewhere.html"

    def from_scratch() -> dict[str, bytes]:
        shutil.rmtree(checkout / "build" / ".other", ignore_errors=True)
        make_site(checkout, checkout / "build" / "other")
        return files_of(checkout / "build" / "other")

    make_site(checkout, target)
    first = written.stat().st_mtime_ns

    # what is wrong is told each time, not only when the page is read
    text = guide.read_text()
    guide.write_text(f"{text}\n[Nowhere](gone.md)\n")
    for _ in range(2):
        with pytest.raises(PracticalsError, match=r"(?s)Sphinx is not content.*gone\.md"):
            make_site(checkout, target)
    # also of a page that is not made again: index.md leads there
    guide.write_text(text.replace("## A heading", "## Another heading"))
    with pytest.raises(PracticalsError, match="a-heading"):
        make_site(checkout, target)

    guide.write_text(text.replace("Write", "Type"))
    times = guide.stat()
    another_figure(checkout / "source" / "toy" / "toy.ipynb")
    make_site(checkout, target)
    replaced(guide, "Type", "Enter")
    os.utime(guide, ns=(times.st_atime_ns, times.st_mtime_ns))  # as tools do that keep a file's time
    make_site(checkout, target)
    assert "Enter" in (target / "grading.html").read_text()
    assert shown(target / "practicals" / "toy.html").select('img[alt="A dot."]')
    assert written.stat().st_mtime_ns == first  # a page that has no part in it
    assert files_of(target) == from_scratch()

    replaced(guide, "# The guide", "# The handbook")
    make_site(checkout, target)
    assert "The handbook" in (target / "elsewhere.html").read_text()  # among the pages at its side
    assert files_of(target) == from_scratch()


@pytest.fixture
def sources(checkout, monkeypatch, tmp_path):
    """What Sphinx would read, and a package in the place of course_utils; a site of them was made."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "more.py").write_text("")
    monkeypatch.setattr(site, "course_utils_folder", lambda: tmp_path / "package")
    shutil.copytree(checkout / "docs", tmp_path / "source")
    (tmp_path / "source" / "api.md").write_text("# API\n")
    work = site._work_folder(checkout, tmp_path, tmp_path / "source")
    (work / "html" / "_static").mkdir(parents=True)
    (work / "html" / "page.html").write_text("")
    work.rename(tmp_path / "kept")
    return tmp_path / "source"


@pytest.mark.parametrize(
    "change",
    [
        lambda root, source: (source / "more.md").write_text("# More\n"),
        lambda root, source: (source / "elsewhere.md").unlink(),
        lambda root, source: (root / "docs" / "_static" / "site.css").write_text("p { margin: 0; }\n"),
        lambda root, source: replaced(root / "docs" / "conf.py", "the authors", "the writers"),
        lambda root, source: replaced(root / "pyproject.toml", "version =", "version  ="),
    ],
    ids=["new page", "lost page", "style", "settings", "version of the course"],
)
def test_nothing_is_taken_over_when_what_all_pages_depend_on_has_changed(checkout, sources, change):
    work = site._work_folder(checkout, sources.parent, sources)
    assert (work / "html" / "page.html").exists()
    change(checkout, sources)
    work = site._work_folder(checkout, sources.parent, sources)
    assert not (work / "html").exists()


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        (site, "modules_digest", lambda *names: "other code"),
        (site.importlib.metadata, "distributions", list),
        (site.sys, "version", "4.0"),
    ],
)
def test_nothing_is_taken_over_from_other_code_or_packages(
    checkout, sources, monkeypatch, owner, name, value
):
    monkeypatch.setattr(owner, name, value)
    work = site._work_folder(checkout, sources.parent, sources)
    assert not (work / "html").exists()


def test_the_api_is_read_again_when_course_utils_changed(checkout, sources):
    kept = {path.name: path.stat().st_mtime_ns for path in (sources.parent / "kept" / "source").glob("*.md")}
    (sources.parent / "package" / "more.py").write_text('"""Says something else."""\n')
    work = site._work_folder(checkout, sources.parent, sources)
    now = {path.name: path.stat().st_mtime_ns for path in (work / "source").glob("*.md")}
    assert {name for name in kept if now[name] != kept[name]} == {"api.md"}


def test_a_folder_that_is_no_site_is_left_alone(course, tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(PracticalsError, match="is not a site"):
        make_site(course.root, tmp_path)
    assert (tmp_path / "thesis.tex").exists()


# --- the whole, for real

OF_A_PRACTICAL = {"p01_mlp_basics.py", "p01_mlp_basics.ipynb", "bank", "results.json", "__pycache__"}


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_the_real_site_has_every_guide_practical_and_module(real_site):
    guides = {path.with_suffix(".html").name for path in (ROOT / "docs").glob("*.md")}
    practicals = {f"practicals/{name}.html" for name in practical_names(ROOT)}
    for page in guides | practicals:
        assert (real_site / page).is_file(), page
    assert page_problems(real_site) == []
    for folder in ("source", "release"):  # nothing of the site is made where the practicals lie
        assert {path.name for path in (ROOT / folder / "p01_mlp_basics").iterdir()} <= OF_A_PRACTICAL
    assert list(leak_problems(ROOT, real_site)) == []
    api = shown(real_site / "api.html")
    assert {"course_utils.data.load", "course_utils.expect.close"} <= {
        tag["id"] for tag in api.select("dt[id]")
    }


def alternative_texts(output):
    """Of the figures that an output shows: of a picture in its metadata, of one with sliders in its HTML."""
    of_pictures = [
        metadata["alt"] for kind, metadata in output.get("metadata", {}).items() if kind.startswith("image/")
    ]
    page = BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser")
    return of_pictures + [str(image["alt"]) for image in page.select("img")]


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("name", practical_names(ROOT))
def test_every_figure_of_a_notebook_is_there_with_its_own_text(real_site, name):
    notebook, _ = as_it_ran(ROOT, name, course_config(ROOT))
    texts = [
        text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for text in alternative_texts(output)
    ]
    index = shown(real_site / "practicals" / f"{name}.html")
    links = [str(link["href"]) for link in index.select(".toctree-wrapper a")]
    pages = [index, *(shown(real_site / "practicals" / link) for link in links)]
    images = [image for page in pages for image in page.select(".cell_output img")]
    assert [html.unescape(str(image["alt"])) for image in images] == texts
    assert len(pages) > 4
    assert texts
