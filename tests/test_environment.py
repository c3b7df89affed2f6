"""pyproject.toml, the lock file, environment.yml and what is installed agree with each other."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autograder.start.doctor import locked_versions

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
EXTRAS = PROJECT["optional-dependencies"]
OF_A_HUB = EXTRAS.pop("hub")  # locked apart: it is beside the environment, not in it
HUB = ROOT / "tests" / "hub"
BACKENDS = ROOT / "tests" / "backends"
OF_BACKENDS = {name: EXTRAS.pop(name) for name in ("jax", "torch")}  # each in an environment of its own
DECLARED = [
    requirement
    for requirement in map(Requirement, chain(PROJECT["dependencies"], *EXTRAS.values()))
    if requirement.marker is None or requirement.marker.evaluate()
]


def lock_entries(lock: str = LOCK) -> list[str]:
    """A lock file, one requirement with its hashes a string."""
    return re.findall(r"^\w[^#\n]*(?:\n {4}--hash=\S+(?: \\)?)*", lock, flags=re.MULTILINE)


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda requirement: requirement.name)
def test_every_declared_dependency_is_locked_within_its_range(requirement):
    locked = {canonicalize_name(name): v for name, v in locked_versions(ROOT / "requirements.lock").items()}
    assert locked[canonicalize_name(requirement.name)] in requirement.specifier


def imported_packages(folder: Path) -> dict[str, str]:
    """Top-level packages that the modules of a folder import, and one module that imports each."""
    imported: dict[str, str] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            imported |= {name.partition(".")[0]: str(path.relative_to(ROOT)) for name in names}
    return imported


@pytest.mark.parametrize("package", ["autograder", "course_utils"])
def test_every_package_that_is_imported_is_declared(package):
    """What another package happens to bring may be gone with its next version."""
    declared = {canonicalize_name(requirement.name) for requirement in DECLARED} | set(OF_BACKENDS)
    brought_by = importlib.metadata.packages_distributions()
    undeclared = {
        name: module
        for name, module in imported_packages(ROOT / package).items()
        if name not in sys.stdlib_module_names | {"autograder", "course_utils"}
        and not declared & {canonicalize_name(one) for one in brought_by.get(name, [name])}
    }
    assert undeclared == {}


def test_every_locked_package_has_hashes():
    assert len(lock_entries()) > 100
    assert [entry.split()[0] for entry in lock_entries() if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_index_and_no_url():
    assert "://" not in LOCK
    assert "index-url" not in LOCK


def test_nothing_is_locked_that_no_declared_dependency_brings():
    """Walk from the declared packages; what is locked for this platform must be on the way."""
    reached = set()
    waiting = [(canonicalize_name(requirement.name), requirement.extras) for requirement in DECLARED]
    while waiting:
        name, extras = waiting.pop()
        if (name, frozenset(extras)) in reached:
            continue
        reached.add((name, frozenset(extras)))
        for text in importlib.metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in ("", *extras)):
                waiting.append((canonicalize_name(needed.name), needed.extras))
    locked = {canonicalize_name(name) for name in locked_versions(ROOT / "requirements.lock")}
    assert locked - {name for name, _ in reached} == set()


def test_installed_packages_are_the_locked_ones():
    locked = locked_versions(ROOT / "requirements.lock")
    assert {name: importlib.metadata.version(name) for name in locked} == locked


def test_conda_users_get_the_same_lock_file():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python = next(d for d in environment["dependencies"] if isinstance(d, str) and d.startswith("python="))
    assert python.removeprefix("python=") in SpecifierSet(PROJECT["requires-python"])
    (pip,) = (d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    assert pip == ["--require-hashes", "-r requirements.lock"]


def test_this_interpreter_is_supported():
    assert ".".join(map(str, sys.version_info[:3])) in SpecifierSet(PROJECT["requires-python"])


# --- the hub, beside the environment ------------------------------------------------------------------------


def test_a_hub_is_locked_within_its_range_and_with_hashes():
    assert (HUB / "requirements.in").read_text().splitlines() == OF_A_HUB
    locked = locked_versions(HUB / "requirements.lock")
    assert [one for one in map(Requirement, OF_A_HUB) if locked[one.name] not in one.specifier] == []
    lock = (HUB / "requirements.lock").read_text()
    assert [entry for entry in lock_entries(lock) if "--hash=sha256:" not in entry] == []
    assert "://" not in lock + (HUB / "package-lock.json").read_text()


def test_a_hub_has_the_packages_of_the_environment_in_the_same_versions():
    of_all, of_hub = (locked_versions(folder / "requirements.lock") for folder in (ROOT, HUB))
    assert {name: of_all.get(name, version) for name, version in of_hub.items()} == of_hub


# --- other backends, in environments of their own -----------------------------------------------------------


@pytest.mark.parametrize("backend", OF_BACKENDS)
def test_a_backend_is_locked_within_its_range_beside_the_packages_of_the_environment(backend):
    assert (BACKENDS / f"{backend}.in").read_text().splitlines() == OF_BACKENDS[backend]
    locked = locked_versions(BACKENDS / f"{backend}.lock")
    assert [
        one for one in map(Requirement, OF_BACKENDS[backend]) if locked[one.name] not in one.specifier
    ] == []
    of_all = locked_versions(ROOT / "requirements.lock")
    assert {name: of_all.get(name, version) for name, version in locked.items()} == locked
    assert "://" not in (BACKENDS / f"{backend}.lock").read_text()
