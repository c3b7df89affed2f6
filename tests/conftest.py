"""Reports that can be sent between processes whatever tests have logged; the site, made once."""

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


@pytest.fixture(scope="session")
def real_site(tmp_path_factory) -> Path:
    """The site of this checkout; its tests are in the xdist group "browser": one worker makes it."""
    from autograder.site import make_site

    target = tmp_path_factory.mktemp("real") / "site"
    make_site(ROOT, target)
    return target
