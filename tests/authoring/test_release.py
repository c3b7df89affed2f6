"""A release is what `nbgrader generate_assignment` makes of the checkout, and holds no secret."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from author_course import cell_of, generated_by_nbgrader
from checkout import ROOT
from command_line import environment
from nbgrader.apps import NbGraderAPI

from autograder.authoring.full import FOLDER
from autograder.authoring.release import student_files
from autograder.errors import PracticalsError
from autograder.practical.cells import is_test
from autograder.practical.paths import course_config, practical_names
from course_utils.checkfile import kernel_client


def execute_notebook(notebook: nbformat.NotebookNode, launch: dict) -> None:
    """Run all, as JupyterLab does: the first error in a cell without the tag ends it."""
    with kernel_client(notebook, launch) as client:
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                client.execute_cell(cell, index)


def test_a_release_is_byte_for_byte_that_of_nbgrader(built):
    built.results.write_text("{}")
    (built.root / "source" / "toy" / "helpers.py").write_text("")
    released = built.release.read_bytes()
    shutil.rmtree(built.root / "release")
    assert generated_by_nbgrader(built.root, "toy") == {"toy/toy.ipynb": released}


@pytest.fixture(scope="module")
def nbgraders_own(tmp_path_factory) -> Iterator[NbGraderAPI]:
    """nbgrader in a copy of all practicals, with one gradebook; the command, above, does no more for each."""
    root = tmp_path_factory.mktemp("nbgrader")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for practical in practical_names(ROOT):
        shutil.copytree(ROOT / "source" / practical, root / "source" / practical)
    shutil.copytree(ROOT / FOLDER, root / FOLDER)
    config = course_config(root)
    config.CourseDirectory.root = str(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", environment()["PATH"])  # nbgrader runs alembic
        yield NbGraderAPI(config=config)


@pytest.mark.slow
@pytest.mark.xdist_group("nbgrader")
@pytest.mark.parametrize("practical", practical_names(ROOT))
def test_the_releases_of_this_checkout_are_those_of_nbgrader(practical, nbgraders_own):
    made = nbgraders_own.generate_assignment(practical)
    assert made["success"], made
    folder = Path(nbgraders_own.coursedir.root) / "release" / practical
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    released = (ROOT / "release" / practical / f"{practical}.ipynb").read_bytes()
    assert files == {f"{practical}.ipynb": released}


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


def test_every_code_cell_lets_run_all_go_on_and_the_source_has_no_such_tag(built):
    notebook = nbformat.read(built.release, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.metadata.tags[-1] == "raises-exception" for cell in code)
    assert all("raises-exception" not in cell.metadata.get("tags", []) for cell in built.built().cells)


def test_test_cells_are_folded_and_nothing_else_is(built):
    notebook = nbformat.read(built.release, as_version=4)
    assert any(map(is_test, notebook.cells))
    for cell in notebook.cells:
        assert cell.metadata.get("jupyter", {}).get("source_hidden", False) == is_test(cell)
        assert (cell.metadata.get("cellView") == "form") == is_test(cell)
        assert ("hide-input" in cell.metadata.get("tags", [])) == is_test(cell)
    assert all("source_hidden" not in str(cell.metadata) for cell in built.built().cells)


def test_an_unanswered_release_runs_to_its_last_cell(built, tmp_path):
    notebook = nbformat.read(built.release, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("print('the last cell')"))
    execute_notebook(notebook, {"cwd": str(tmp_path)})
    assert any(output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", []))
    assert notebook.cells[-1].outputs[0].text == "the last cell\n"


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
