"""pyproject.toml, the lock file, environment.yml and what is installed agree with each other."""

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

from autograder.doctor import locked_versions

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
DECLARED = [
    Requirement(text) for text in chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
]


def lock_entries() -> list[str]:
    """The lock file, one requirement with its hashes a string."""
    return re.findall(r"^\S[^#\n]*(?:\n {4}--hash=\S+(?: \\)?)*", LOCK, flags=re.MULTILINE)


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda requirement: requirement.name)
def test_every_declared_dependency_is_locked_within_its_range(requirement):
    locked = {canonicalize_name(name): v for name, v in locked_versions(ROOT / "requirements.lock").items()}
    assert locked[canonicalize_name(requirement.name)] in requirement.specifier


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
