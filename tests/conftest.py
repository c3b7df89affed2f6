"""For all tests: reports that can be sent between processes, the longest tests first, the site made once."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Escape lone surrogates, which damaged notebooks leave in the log: pytest-xdist cannot send them."""
    report = yield
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the README's commands, a group of minutes: begun last, the other workers wait for it."""
    items.sort(key=lambda item: item.path.name != "test_readme.py")


@pytest.fixture(scope="session")
def real_site(tmp_path_factory) -> Path:
    """The site of this checkout; its tests are in the xdist group "browser": one worker makes it."""
    from autograder.site import make_site

    target = tmp_path_factory.mktemp("real") / "site"
    make_site(ROOT, target)
    return target
