"""Validate shows first, and alone, what a check says."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.validator import Validator
from nbgrader_cells import settings

from course_utils.validating import leave_out_experiments, message_first

CHECK = """with expect.exercise("Add", points=1) as exercise:
    with exercise.part("small numbers", points=1):
        expect.equal(add(1, 2), 3, "1 + 2")
exercise.score"""


@pytest.fixture
def notebook(tmp_path):
    cells = [
        new_code_cell("from course_utils import expect\nadd = max"),
        new_code_cell(CHECK, metadata={"nbgrader": settings("test", "add-test", 1)}),
        new_code_cell("assert add(1, 2) == 3", metadata={"nbgrader": settings("test", "plain-test", 1)}),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path / "practical.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def test_the_code_of_a_check_is_not_shown_before_its_message(notebook, monkeypatch):
    monkeypatch.setattr(Validator, "_get_failed_cells", Validator._get_failed_cells)  # and back afterwards
    message_first()
    message_first()  # a server reads its settings again and again
    check, plain = Validator(ignore_checksums=True).validate(str(notebook))["failed"]
    assert check["source"] == "Add"
    assert check["raw_error"].startswith("Add: 0 of 1 point; this failed:\n✗ small numbers")
    assert plain["source"] == "assert add(1, 2) == 3"


def test_experiments_are_not_run_and_what_they_would_break_does_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr(Validator, "_preprocess", Validator._preprocess)  # and back afterwards
    leave_out_experiments()
    leave_out_experiments()
    ran = tmp_path / "ran"
    experiment = f"import pathlib\npathlib.Path({str(ran)!r}).touch()\nnumber = 2"
    cells = [
        new_code_cell("number = 1"),
        new_code_cell(experiment, metadata={"tags": ["experiment"]}),
        new_code_cell("assert number == 1", metadata={"nbgrader": settings("test", "number-test", 1)}),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path / "practical.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    assert Validator(ignore_checksums=True).validate(str(path)) == {}
    assert not ran.exists()
    assert [cell.source for cell in nbformat.read(path, as_version=4).cells] == [one.source for one in cells]
