"""For all tests: toy courses, the command line, reports that can be sent, the longest first, the site once.

Fixtures import what they are made of when a test asks for them: tests of `course_utils` alone start at once.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import chromium as browsers
import pytest
import seconds
from checkout import ROOT
from command_line import NBGRADER, PRACTICALS, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCREENSHOTS = ROOT / "build" / "browser"
FAILED = pytest.StashKey[bool]()
MILLISECONDS = 60_000  # that a page may take for one step
LONGEST = ("test_readme.py", "test_everywhere.py")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(seconds.Modules(), "seconds")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Note a failure; escape lone surrogates, that damaged notebooks leave in a log and xdist cannot send."""
    report = yield
    item.stash[FAILED] = report.failed
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test by its argument, not by its bytes: an archive holds the time, and workers must agree."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest groups, of minutes each: begun last, the other workers wait for them."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


# --- commands -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def practicals() -> Callable[..., subprocess.CompletedProcess]:
    """`practicals(*arguments, cwd, check=True, env=None)` runs the command line to its end."""
    return lambda *arguments, **options: run([*PRACTICALS, *map(str, arguments)], **options)


@pytest.fixture(scope="session")
def nbgrader() -> Callable[..., subprocess.CompletedProcess]:
    """The same for nbgrader's own command line."""
    return lambda *arguments, **options: run([*NBGRADER, *map(str, arguments)], **options)


# --- a practical as an author writes it ---------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    """A course whose toy practical was written and not yet built."""
    from author_course import new_course

    course = new_course(tmp_path / "course")
    course.write()
    return course


@pytest.fixture(scope="session")
def built_once(tmp_path_factory):
    """A course whose toy practical was built; nobody changes it."""
    from author_course import new_course

    course = new_course(tmp_path_factory.mktemp("built") / "course")
    course.write()
    course.build()
    return course


@pytest.fixture
def built(built_once, tmp_path):
    """A course whose toy practical was built; a copy for each test."""
    from author_course import copy_course

    return copy_course(built_once, tmp_path / "course")


# --- a practical to be graded, and its class ----------------------------------------------------------------


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A toy course whose class is empty."""
    import nbgrader.api
    from toy_course import alembic_version, new_toy

    monkeypatch.setattr(nbgrader.api, "get_alembic_version", alembic_version)
    return new_toy(tmp_path / "course")


@pytest.fixture
def toy_class(toy):
    """A class of three: everything right, half right, nothing answered."""
    from toy_course import GOOD, HALF_SQUARE

    toy.submit("s1_good", GOOD)
    toy.submit("s2_half", {**GOOD, "square": HALF_SQUARE})
    toy.submit("s3_untouched")
    return toy


@pytest.fixture
def without_kernels(monkeypatch):
    """Grading executes nothing: the grades are those of a class of no answers, essays wait for a person."""
    from graded_class import execute_nothing

    execute_nothing(monkeypatch)


# --- a browser ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program; where there is none, the test is skipped before all else, or fails if it must."""
    if program := browsers.find():
        return program
    (pytest.fail if browsers.required() else pytest.skip)(f"{browsers.MISSING}: {browsers.REMEDY}")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """Of one module: while it is open, nothing else in this thread can run an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: "Browser") -> Iterator[Callable[[], "Page"]]:
    """Opens a page of a browser that remembers nothing; several pages are several people's browsers."""
    from playwright.sync_api import expect

    expect.set_options(timeout=MILLISECONDS)
    contexts = []

    def new() -> "Page":
        contexts.append(browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-GB"))
        contexts[-1].set_default_timeout(MILLISECONDS)
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[[], "Page"]) -> "Page":
    return new_page()


@pytest.fixture
def shot(page: "Page", request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """Keeps a picture of the page, or of another; where a test fails, also of its last sight."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(name: str, whole: bool = False, of: "Page" = page) -> None:
        of.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    yield keep
    if request.node.stash.get(FAILED, False):
        keep(re.sub(r"\W+", "-", f"failed-{request.node.name}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was skipped for want of a browser or a hub."""
    import hub

    for missing, remedy, where in (
        (browsers.MISSING, browsers.REMEDY, "IN A BROWSER"),
        (hub.MISSING, hub.REMEDY, "ON A HUB"),
    ):
        skipped = [one for one in terminalreporter.stats.get("skipped", ()) if missing in str(one.longrepr)]
        if skipped:
            words = f"{len(skipped)} TESTS {where} WERE SKIPPED: {missing}; {remedy}"
            terminalreporter.write_line(words, red=True, bold=True)


# --- the site -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def real_site(tmp_path_factory) -> Path:
    """The site of this checkout; its tests are in the xdist group "browser": one worker makes it."""
    from autograder.publishing.site import make_site

    target = tmp_path_factory.mktemp("real") / "site"
    make_site(ROOT, target)
    return target
