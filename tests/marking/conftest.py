"""A graded class whose essays wait to be marked."""

import shutil
from pathlib import Path

import pytest
from essays import essay_class

from autograder.grading.course import Course


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory) -> Path:
    """Three students with an essay, and one without; nobody changes it."""
    return essay_class(tmp_path_factory.mktemp("marking") / "course")


@pytest.fixture
def course(graded_once, tmp_path) -> Course:
    """A copy of it for each test."""
    root = shutil.copytree(graded_once, tmp_path / "course")
    return Course(root, "toy", root, root / "class")
