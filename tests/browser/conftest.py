"""A course, and servers on it that people's browsers see."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import demo_practical
import pytest
from checkout import ROOT
from command_line import environment
from servers import Lab


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


# --- a course -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def course(chromium, tmp_path_factory, practicals) -> Path:
    """A checkout with P01 and a practical that runs in a second, as `practicals new` makes it."""
    from autograder.authoring.full import full_path

    root = tmp_path_factory.mktemp("checkout")
    for name in ("nbgrader_config.py", "pyproject.toml", "requirements.lock", "LICENSE"):
        shutil.copy(ROOT / name, root)
    for folder in ("course_utils", *(f"{one}/p01_mlp_basics" for one in ("source", "release"))):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    if (page := full_path(ROOT, "p01_mlp_basics")).exists():  # which the release shows outputs of
        full_path(root, "p01_mlp_basics").parent.mkdir(parents=True)
        shutil.copy(page, full_path(root, "p01_mlp_basics"))
    practicals("new", demo_practical.NAME, cwd=root)
    practicals("build", demo_practical.NAME, cwd=root)
    return root


@pytest.fixture(scope="session")
def bundle(course, practicals) -> Path:
    """What students get."""
    practicals("bundle", cwd=course)
    return course / "build" / "bundle" / "practicals"


@pytest.fixture(scope="session")
def student_lab(bundle, tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab as a student starts it."""
    lab = Lab(bundle, environment(bundle, HOME=str(tmp_path_factory.mktemp("student"))))
    yield lab
    lab.end()


@pytest.fixture(scope="session")
def instructor_lab(course, tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab as an instructor starts it, in the checkout."""
    lab = Lab(course, environment(HOME=str(tmp_path_factory.mktemp("instructor"))))
    yield lab
    lab.end()
