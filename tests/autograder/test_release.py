"""A release is what `nbgrader generate_assignment` makes of the checkout, and holds no secret."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from authoring import REPOSITORY, cell_of, environment

from autograder.errors import PracticalsError
from autograder.paths import practical_names
from autograder.release import student_files


def generated_by_nbgrader(root: Path, practical: str) -> dict[str, bytes]:
    """release/ as the plain command makes it in a copy of the course."""
    answer = subprocess.run(
        [str(Path(sys.executable).parent / "nbgrader"), "generate_assignment", practical],
        cwd=root,
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert answer.returncode == 0, answer.stderr
    release = root / "release"
    return {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file()
    }


def test_a_release_is_byte_for_byte_that_of_nbgrader(built):
    built.results.write_text("{}")
    (built.root / "source" / "toy" / "helpers.py").write_text("")
    released = built.release.read_bytes()
    shutil.rmtree(built.root / "release")
    assert generated_by_nbgrader(built.root, "toy") == {"toy/toy.ipynb": released}


@pytest.mark.slow
@pytest.mark.parametrize("practical", practical_names(REPOSITORY))
def test_the_releases_of_this_checkout_are_those_of_nbgrader(practical, tmp_path):
    (tmp_path / "source").mkdir()
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    shutil.copytree(REPOSITORY / "source" / practical, tmp_path / "source" / practical)
    released = (REPOSITORY / "release" / practical / f"{practical}.ipynb").read_bytes()
    assert generated_by_nbgrader(tmp_path, practical) == {f"{practical}/{practical}.ipynb": released}


def test_students_get_stubs_and_visible_tests(built):
    notebook = nbformat.read(built.release, as_version=4)
    assert cell_of(notebook, "add").source == (
        'def add(a, b):\n    """The sum of two numbers."""\n    # YOUR CODE HERE\n'
        '    raise NotImplementedError("Exercise not answered yet: replace this line with your answer")'
    )
    assert "small numbers" in cell_of(notebook, "add-test").source
    assert "hidden" not in cell_of(notebook, "add-test").source.lower()
    assert cell_of(notebook, "add-test").source.endswith("exercise.score")
    assert cell_of(notebook, "why").source == "YOUR ANSWER HERE"
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_the_build_s_own_metadata_and_the_pairing_stay_with_the_instructors(built):
    assert {"practicals", "jupytext"} <= set(built.built().metadata)
    assert set(json.loads(built.release.read_bytes())["metadata"]) == {"kernelspec", "language_info"}


def test_nothing_but_the_notebook_is_made_in_the_checkout(course):
    before = set(course.files())
    course.build()
    assert set(course.files()) - before == {"source/toy/toy.ipynb", "release/toy/toy.ipynb"}


def test_it_can_be_made_where_the_gradebook_is_damaged(built):
    (built.root / "gradebook.db").write_text("no database")
    assert student_files(built.root, "toy", built.built()) == {"toy.ipynb": built.release.read_bytes()}


def test_what_nbgrader_refuses_is_said_in_its_own_words(built):
    notebook = built.built()
    cell_of(notebook, "add").source = "### BEGIN SOLUTION\nx = 1"
    with pytest.raises(
        PracticalsError, match="cannot make the release: RuntimeError: no end solution statement"
    ):
        student_files(built.root, "toy", notebook)
