"""Collecting a class folder: every submission gets a status in words, and no original is touched."""

import json
import os
import stat
import warnings
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from toy_course import GOOD, ToyCourse, cell_named

from autograder.errors import PracticalsError
from autograder.grading import collect as module
from autograder.grading.collect import Submission, collect


def collected(toy: ToyCourse) -> list[Submission]:
    target = toy.root / "collected"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing about a student's file on the terminal
        return collect(toy.submitted, target, toy.practical, toy.assignment)[0]


def only(toy: ToyCourse) -> Submission:
    (submission,) = collected(toy)
    return submission


def taken(submission: Submission) -> Path:
    """The copy of the notebook that was taken."""
    assert submission.notebook is not None
    return submission.notebook


def state(folder: Path) -> dict[str, tuple]:
    """Everything about the files of a folder that a careless program could change."""
    return {
        str(path.relative_to(folder)): (
            os.lstat(path).st_mode,
            os.lstat(path).st_mtime_ns,
            path.read_bytes() if path.is_file() and not path.is_symlink() else None,
        )
        for path in sorted(folder.rglob("*"))
    }


def test_a_notebook_is_copied_byte_for_byte(toy):
    original = toy.submit("s1", GOOD)
    submission = only(toy)
    assert submission == Submission("s1", toy.root / "collected/s1/toy/toy.ipynb")
    assert taken(submission).read_bytes() == original.read_bytes()


def test_originals_are_not_touched(toy):
    toy.submit("s1", GOOD, timestamp="2025-01-01 10:00:00 UTC")
    toy.submit("s2", GOOD, name="final (1).ipynb")
    toy.submit("s3").write_text("{")
    toy.submit("s4").chmod(0o400)
    before = state(toy.submitted)
    collected(toy)
    assert state(toy.submitted) == before


def test_only_the_notebook_is_copied(toy):
    path = toy.submit("s1", GOOD)
    path.with_name("numpy.py").write_text("raise SystemExit")
    (path.parent / "data").mkdir()
    submission = only(toy)
    assert [file.name for file in taken(submission).parent.iterdir()] == ["toy.ipynb"]
    assert submission.notes == ["Only the notebook is graded; left out: data, numpy.py."]


def test_a_notebook_with_another_name_is_found(toy):
    path = toy.submit("s1", GOOD, name="final (1).ipynb")
    path.with_name("scratch.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook()))
    path.with_name("toy.txt").write_text("text")
    submission = only(toy)
    assert taken(submission).name == "toy.ipynb"
    assert taken(submission).read_bytes() == path.read_bytes()
    assert submission.remarks == ["notebook was named 'final (1).ipynb'"]


def test_of_two_notebooks_with_other_names_none_is_guessed(toy):
    for name in ("a.ipynb", "b.ipynb"):
        toy.submit("s1", GOOD, name=name)
    assert only(toy).problem == "2 notebooks have its answer cells: 'a.ipynb', 'b.ipynb'"


def test_an_answered_notebook_beside_the_untouched_one_is_taken(toy):
    toy.submit("s1")
    answered = toy.submit("s1", GOOD, name="toy (1).ipynb")
    submission = only(toy)
    assert taken(submission).read_bytes() == answered.read_bytes()
    assert submission.remarks == ["notebook was named 'toy (1).ipynb'"]
    assert submission.notes == ["Only the notebook is graded; left out: toy.ipynb."]


def test_an_answered_notebook_with_the_right_name_is_taken_whatever_lies_beside_it(toy):
    named = toy.submit("s1", {"square": GOOD["square"]})
    toy.submit("s1", GOOD, name="toy (1).ipynb")
    assert taken(only(toy)).read_bytes() == named.read_bytes()


def test_two_answered_notebooks_beside_the_untouched_one_are_for_a_person(toy):
    toy.submit("s1")
    for name in ("toy (1).ipynb", "toy (2).ipynb"):
        toy.submit("s1", GOOD, name=name)
    assert only(toy).problem == "2 notebooks have its answer cells: 'toy (1).ipynb', 'toy (2).ipynb'"


@pytest.mark.parametrize("inside", ["attempt", "a/b/c", "toy"])
def test_a_notebook_one_or_more_folders_deeper_is_found(toy, inside):
    path = toy.submit("s1", GOOD)
    deeper = path.parent / inside / path.name
    deeper.parent.mkdir(parents=True)
    path.rename(deeper)
    submission = only(toy)
    assert taken(submission).read_bytes() == deeper.read_bytes()
    assert submission.remarks == [f"notebook was named '{inside}/toy.ipynb'"]
    assert submission.notes == []


def test_copies_that_jupyter_and_macos_make_are_no_second_notebook(toy):
    path = toy.submit("s1", GOOD)
    path.rename(path.with_name("mine.ipynb"))
    for copy in (".ipynb_checkpoints/mine-checkpoint.ipynb", "__MACOSX/._mine.ipynb", "._mine.ipynb"):
        (path.parent / copy).parent.mkdir(exist_ok=True)
        (path.parent / copy).write_bytes(path.with_name("mine.ipynb").read_bytes())
    assert only(toy).remarks == ["notebook was named 'mine.ipynb'"]


def test_where_there_is_no_notebook_what_lies_there_is_said(toy):
    toy.submit("s1", GOOD).rename(toy.folder("s1") / "toy.zip")
    assert only(toy).problem == "no notebook found (there: 'toy.zip')"


def test_another_practicals_notebook_is_refused_by_its_name(toy):
    path = toy.submit("s1", GOOD)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        settings = cell.metadata.get("nbgrader", {})
        if "grade_id" in settings and settings["grade_id"] != "square":  # one cell has the name of ours
            settings["grade_id"] = f"other-{settings['grade_id']}"
    nbformat.write(notebook, path)
    assert only(toy).problem == "it is the notebook of another practical, not of toy"
    other = toy.root / "source" / "p99_other"
    other.mkdir()
    (other / "p99_other.py").write_text("")
    nbformat.write(notebook, other / "p99_other.ipynb")
    (refused,), _ = collect(toy.submitted, toy.root / "collected", "toy", toy.assignment, toy.root)
    assert refused.problem == "it is the notebook of p99_other, not of toy"
    assert refused.remedy == "Ask for the right file, or put this one into the folder p99_other"


def write(content: bytes):
    return lambda path: path.write_bytes(content)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_link(path: Path) -> None:
    elsewhere = path.parents[3] / "elsewhere.ipynb"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def make_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


def move_answers_to_new_cells(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell(cell.source) for cell in notebook.cells]
    nbformat.write(notebook, path)


def change_format(version: int):
    return lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | {"nbformat": version}))


BROKEN = {
    "not JSON": (write(b"<html>"), "not a notebook (invalid JSON at line 1)"),
    "no metadata": (write(b'{"cells": [{"cell_type": "raw"}], "nbformat": 4}'), "it has none of the answer"),
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:-200]), "not a notebook (invalid JSON"),
    "empty": (write(b" \n"), "the file is empty"),
    "binary": (write(b"\x89PNG\r\n\x1a\n\x00\xff"), "not a notebook (not text in UTF-8)"),
    "nested": (write(b"[" * 200_000), "not a notebook (nested too deeply)"),
    "a list": (write(b"[1, 2]"), "not a valid notebook"),
    "a number": (write(b"7"), "not a valid notebook"),
    "other JSON": (write(b'{"a": 1}'), "not a valid notebook"),
    "no list of cells": (write(b'{"cells": 7, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'), "not a"),
    "future format": (change_format(9), "not a valid notebook"),
    "no cells of ours": (move_answers_to_new_cells, "it has none of the answer cells of toy"),
    "a folder": (make_folder, "'toy.ipynb' is a folder, not a notebook"),
    "a link": (make_link, "the notebook is a symbolic link, which is not followed"),
    "a pipe": (make_pipe, "'toy.ipynb' is not an ordinary file"),
    "50 MB": (make_large, "the notebook has 50 MB, the limit is 20 MB"),
    "gone": (lambda path: path.unlink(), "no notebook found"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_graded_is_named_and_stops_nothing(toy, what):
    spoil, problem = BROKEN[what]
    spoil(toy.submit("s1_broken", GOOD))
    toy.submit("s2_good", GOOD)
    broken, good = collected(toy)
    assert broken.notebook is None
    assert broken.problem.startswith(problem)
    assert broken.remedy
    assert taken(good).is_file()
    assert not good.problem


@pytest.mark.parametrize("name", ["toy", "."])
def test_a_linked_folder_is_not_followed(toy, name):
    path = toy.submit("s1", GOOD)
    folder = (path.parent / name).resolve() if name == "toy" else path.parent
    folder = path.parent if name == "toy" else path.parents[1]
    folder.rename(toy.root / "elsewhere")
    folder.symlink_to(toy.root / "elsewhere")
    assert "is a symbolic link, which is not followed" in only(toy).problem


def test_a_file_in_place_of_the_folder(toy):
    (toy.submitted / "s1").mkdir()
    (toy.submitted / "s1" / "toy").write_text("text")
    assert only(toy).problem == "'toy' is a file, not a folder"


def test_an_unreadable_notebook(toy, monkeypatch):
    toy.submit("s1", GOOD)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")  # what a person other than root would get

    monkeypatch.setattr(module.os, "open", refuse)
    assert only(toy).problem == "the notebook cannot be read (Permission denied)"


def test_an_old_notebook_format_is_converted(toy):
    path = toy.submit("s1", GOOD)
    path.write_text(nbformat.writes(nbformat.convert(nbformat.read(path, as_version=4), 3), version=3))
    answer = cell_named(nbformat.read(only(toy).notebook, as_version=4), "square")
    assert answer.source == GOOD["square"]


def as_invalid(notebook: NotebookNode) -> str:
    content = json.loads(nbformat.writes(notebook))
    for cell in content["cells"]:
        cell.pop("outputs", None)
        cell["extra"] = {"from": "another tool"}
        cell["source"] = "".join(cell["source"])
    content["cells"].append({"cell_type": "code", "source": 7, "metadata": {}})
    return json.dumps(content)


def test_small_errors_of_the_format_are_repaired(toy):
    toy.submit("s1", GOOD).write_text(as_invalid(toy.notebook(GOOD)))
    submission = only(toy)
    assert submission.remarks == ["errors of the notebook format were repaired"]
    notebook = nbformat.read(submission.notebook, as_version=4)
    nbformat.validate(notebook)
    assert cell_named(notebook, "square").source == GOOD["square"]


@pytest.mark.parametrize("name", ["a*b", "x[1]", "a,b", "-x", "tab\there", "a/b".replace("/", "\\"), "x "])
def test_student_ids_that_nbgrader_cannot_use_are_refused(toy, name):
    toy.submit(name, GOOD)
    submission = only(toy)
    assert submission.problem.startswith(f"nbgrader cannot use the student id {name!r}")
    assert "Rename the folder" in submission.remedy


@pytest.mark.parametrize(
    "name", ["s1", "Ämilie Ø", "A\u0308milie O\u0308", "s+1", "o'neill@example.org", "7"]
)
def test_student_ids_of_all_ordinary_kinds_are_taken(toy, name):
    toy.submit(name, GOOD)
    assert only(toy).student_id == name
    assert not only(toy).problem


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-11-30 18:00:00 UTC", datetime(2025, 11, 30, 18)),
        ("2025-11-30 18:00:00.250000 CET\n", datetime(2025, 11, 30, 17, 0, 0, 250_000)),
        ("2025-11-30T18:00:00+02:00", datetime(2025, 11, 30, 16)),
    ],
)
def test_the_time_of_submission(toy, text, time):
    toy.submit("s1", GOOD, timestamp=text)
    (submission,), _ = collect(
        toy.submitted, toy.root / "collected", "toy", toy.assignment, zone="Europe/Berlin"
    )
    assert submission.timestamp == time
    # nbgrader reads the copy
    assert datetime.fromisoformat((taken(submission).parent / "timestamp.txt").read_text()[:-5]) == time


@pytest.mark.parametrize(
    "text", ["yesterday", "99999999999999999999", "\x00", "2025-11-30 6:00 PM", "2025-11-30 18:00 EDT"]
)
def test_a_time_that_cannot_be_read_is_left_out_and_said(toy, text):
    toy.submit("s1", GOOD, timestamp=text)
    submission = only(toy)
    assert submission.timestamp is None
    assert submission.notes == [
        "timestamp.txt could not be read, so it is not known whether the submission was late."
    ]
    assert not (taken(submission).parent / "timestamp.txt").exists()


def test_files_in_the_class_folder_and_hidden_folders_are_no_students(toy):
    toy.submit("s1", GOOD)
    (toy.submitted / "class.zip").write_text("zip")
    (toy.submitted / ".ipynb_checkpoints" / "toy").mkdir(parents=True)
    (toy.submitted / "s2").mkdir()
    submissions, without = collect(toy.submitted, toy.root / "collected", "toy", toy.assignment)
    assert [submission.student_id for submission in submissions] == ["s1"]
    assert without == ["s2"]


@pytest.mark.parametrize(
    "make", [lambda folder: None, lambda folder: folder.rmdir(), lambda folder: (folder / "s1").mkdir()]
)
def test_nothing_to_collect(toy, make):
    make(toy.submitted)
    with pytest.raises(PracticalsError, match="toy") as error:
        collected(toy)
    assert "STUDENT/toy/toy.ipynb" in error.value.remedy


def test_modes_of_submissions_are_not_copied(toy):
    toy.submit("s1", GOOD).chmod(0o000 if os.getuid() == 0 else 0o400)
    assert stat.S_IMODE(taken(only(toy)).stat().st_mode) & 0o600 == 0o600
