"""A browser, a course, and servers on it; screenshots of every step go to build/browser/."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import demo_practical
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from servers import Lab, environment

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "browser"
FAILED = pytest.StashKey[bool]()
MILLISECONDS = 60_000  # that a page may take for one step


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """These tests are slow, except for who asks for them by name: `pytest tests/browser` runs them."""
    here = Path(__file__).parent
    asked = any(
        (config.invocation_params.dir / one.split("::")[0]).resolve().is_relative_to(here)
        for one in config.args
    )
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.xdist_group("browser"))  # one worker: they share their servers
            if not asked:
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program; skips where there is none, before anything else is made."""
    names = ("chromium", "chromium-browser", "google-chrome")
    if program := next(filter(None, map(shutil.which, names)), None):
        return program
    with sync_playwright() as playwright:
        if Path(playwright.chromium.executable_path).exists():
            return playwright.chromium.executable_path
    pytest.skip("there is no Chromium here: apt install chromium, or playwright install chromium")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Of one module: while it is open, nothing else in this thread can run an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that remembers nothing."""
    expect.set_options(timeout=MILLISECONDS)
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB")
    context.set_default_timeout(MILLISECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture
def shot(page: Page, request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """A function that keeps a picture of the page; where a test fails, the last sight is kept too."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(name: str, whole: bool = False) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    yield keep
    if request.node.stash.get(FAILED, False):
        keep(re.sub(r"\W+", "-", f"failed-{request.node.name}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    item.stash[FAILED] = report.failed
    return report


# --- a course -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def practicals(tmp_path_factory) -> Callable[..., str]:
    """A function that runs `practicals` in a folder, and returns what it printed."""
    home = tmp_path_factory.mktemp("home")

    def run(folder: Path, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "autograder.cli", *command],
            cwd=folder, env=environment(home, ROOT), capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def course(chromium, tmp_path_factory, practicals) -> Path:
    """A checkout with P01 and a practical that runs in a second, as `practicals new` makes it."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("nbgrader_config.py", "pyproject.toml", "requirements.lock", "LICENSE"):
        shutil.copy(ROOT / name, root)
    for folder in ("course_utils", *(f"{one}/p01_mlp_basics" for one in ("source", "release", "tests/bank"))):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    practicals(root, "new", demo_practical.NAME)
    practicals(root, "build", demo_practical.NAME)
    return root


@pytest.fixture(scope="session")
def bundle(course, practicals) -> Path:
    """What students get."""
    practicals(course, "bundle")
    return course / "build" / "bundle" / "practicals"


@pytest.fixture(scope="session")
def student_lab(bundle, tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab as a student starts it."""
    lab = Lab(bundle, environment(tmp_path_factory.mktemp("student"), bundle))
    yield lab
    lab.end()


@pytest.fixture(scope="session")
def instructor_lab(course, tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab as an instructor starts it, in the checkout."""
    lab = Lab(course, environment(tmp_path_factory.mktemp("instructor"), ROOT))
    yield lab
    lab.end()
