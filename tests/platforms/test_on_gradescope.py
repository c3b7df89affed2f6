"""Grading on Gradescope: results.json by their specification, and their folder with our autograder in it."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from checkout import ROOT
from toy_course import GOOD, HALF_SQUARE, MEAN_TEST, SQUARE_TEST, ToyCourse

from autograder.engine.sandbox import SandboxUnavailable, find_bwrap
from autograder.grading import on_gradescope
from autograder.grading.course import Course
from autograder.grading.gradescope import results, with_metadata
from autograder.grading.single import grade_notebook
from autograder.reporting.export import export

HALF = {**GOOD, "square": HALF_SQUARE, "why": "Because."}
# https://gradescope-autograders.readthedocs.io/en/latest/specs/
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
METADATA = {
    "id": 123456,
    "created_at": "2026-11-30T21:00:00.365935+01:00",
    "assignment": {"due_date": "2026-11-30T18:00:00.000000+01:00", "title": "Toy", "total_points": "9.0"},
    "users": [{"email": "ann@example.org", "id": 1234, "name": "Anna"}],
    "previous_submissions": [
        {"submission_time": "2026-11-29T14:24:48.087023+01:00", "score": 2.0, "results": {}}
    ],
}


def follows_the_specification(found: dict) -> None:
    assert set(found) <= {
        "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format",
        "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
    }  # fmt: skip
    assert "score" in found or all("score" in test for test in found["tests"])
    assert isinstance(found.get("output", ""), str)
    assert found.get("output_format", "text") in FORMATS
    assert found.get("stdout_visibility", "hidden") in VISIBILITIES
    for test in found.get("tests", []):
        assert set(test) <= {
            "score", "max_score", "status", "name", "name_format", "number", "output", "output_format",
            "tags", "visibility", "extra_data",
        }  # fmt: skip
        assert test.get("status", "passed") in {"passed", "failed"}
        assert test.get("visibility", "visible") in VISIBILITIES
        assert test["output_format"] in FORMATS
        assert isinstance(test["output"], str)


def shown(found: dict) -> list[tuple]:
    return [
        (one.get("number"), one["name"], one["score"], one["max_score"], one["visibility"])
        for one in found["tests"]
    ]


def test_an_exercise_is_a_test_and_its_hidden_parts_are_shown_once_grades_are_published(toy):
    graded = grade_notebook(toy.submit("s", HALF), toy.source)
    found = results(graded)
    follows_the_specification(found)
    assert shown(found) == [
        ("1.1", "Square a number", 1, 1, "visible"),
        ("1.2", "Square a number: further checks", 0, 2, "after_published"),
        ("2", "Means", 2, 2, "after_published"),  # its hidden assertions and its visible ones are one score
    ]
    assert sum(test["score"] for test in found["tests"]) == graded.result.score
    at_once = [test["output"] for test in found["tests"] if test["visibility"] == "visible"]
    assert at_once == ["✓ a positive number: 1 of 1 point"]
    assert "a negative number" in found["tests"][1]["output"]
    text = json.dumps(found)
    for hidden in ("expect.equal(square(-4)", "mean([10, 20, 60])", "secret rubric"):
        assert hidden in SQUARE_TEST + MEAN_TEST + "secret rubric"
        assert hidden not in text
    assert "Still to be marked by a person: In words (4 points)." in found["output"]


def test_what_cannot_be_graded_says_why(toy, tmp_path):
    (tmp_path / "toy.ipynb").write_text("no notebook <b>")
    found = results(grade_notebook(tmp_path / "toy.ipynb", toy.source))
    follows_the_specification(found)
    assert found["score"] == 0
    assert "not a notebook" in found["output"]


def test_lateness_and_earlier_attempts_are_as_the_metadata_say():
    plain = {"output": "", "tests": []}
    found, late = with_metadata(plain, METADATA)
    assert late == pytest.approx(2 * 3600 + 60 * 60 + 0.365935)
    assert found["output"] == "<p>Handed in 3 h after the due date.</p><p>This is attempt 2.</p>"
    (test,) = found["tests"]
    assert (test["visibility"], test["max_score"]) == ("hidden", 0)
    assert test["output"] == "2026-11-29T14:24:48.087023+01:00: 2.0 points"
    for nothing in ({}, {"created_at": None, "assignment": 3, "previous_submissions": "x"}):
        assert with_metadata(plain, nothing) == (plain, 0)


# --- their folder -------------------------------------------------------------------------------------------


@pytest.fixture
def autograder(toy: ToyCourse, tmp_path: Path) -> Path:
    """A folder like /autograder, as Gradescope makes it of the zip; of the practical, only what it needs."""
    bank = toy.root / "source" / "toy" / "bank"
    bank.mkdir()
    (bank / "wrong.py").write_text("an author's")
    (exported,) = export(Course(toy.root, "toy", toy.root, toy.root), "gradescope-autograder", tmp_path).files
    assert not (toy.root / "gradebook.db").exists()
    folder = tmp_path / "autograder"
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(folder / "source")
        for name in ("setup.sh", "run_autograder"):
            assert archive.getinfo(name).external_attr >> 16 & 0o111
    shutil.copy(folder / "source" / "run_autograder", folder)
    (folder / "run_autograder").chmod(0o755)
    (folder / "submission_metadata.json").write_text(json.dumps(METADATA))
    for name in ("submission", "results"):
        (folder / name).mkdir()
    return folder


def test_the_archive_has_what_grading_needs_and_no_more(autograder):
    source = autograder / "source"
    assert [path.name for path in (source / "source").rglob("*") if path.is_file()] == ["toy.ipynb"]
    assert (source / "requirements.lock").read_bytes() == (ROOT / "requirements.lock").read_bytes()
    assert not list(source.rglob("__pycache__"))
    for script in ("setup.sh", "run_autograder"):
        assert subprocess.run(["bash", "-n", source / script], check=False).returncode == 0


def test_setup_fetches_the_data_sets_that_the_practical_loads(tmp_path):
    course = Course(ROOT, "p01_mlp_basics", tmp_path, tmp_path)
    (exported,) = export(course, "gradescope-autograder", tmp_path).files
    with zipfile.ZipFile(exported) as archive:
        setup = archive.read("setup.sh").decode()
    assert "python -m course_utils.data fashion_mnist\n" in setup


def test_where_nothing_can_be_isolated_instructors_are_told(toy, autograder, monkeypatch, capsys):
    """Students are not: what they see is the same."""

    def no_sandbox():
        raise SandboxUnavailable("no user namespaces")

    def graded(*arguments, sandboxed: bool):
        assert not sandboxed
        return grade_notebook(*arguments)  # this machine may not be able to grade without a sandbox

    monkeypatch.setattr(on_gradescope, "require_sandbox", no_sandbox)
    monkeypatch.setattr(on_gradescope, "grade_notebook", graded)
    nbformat.write(toy.notebook(HALF), autograder / "submission" / "my work.ipynb")
    found = on_gradescope.run(autograder)
    follows_the_specification(found)
    assert json.loads((autograder / "results" / "results.json").read_text()) == found
    assert "NOT ISOLATED" in capsys.readouterr().out
    told = {test["name"]: test for test in found["tests"] if test["visibility"] == "hidden"}
    assert set(told) == {"Earlier attempts", "How it was handed in", "Not isolated"}
    assert "notebook was named 'my work.ipynb'" in told["How it was handed in"]["output"]
    assert found["stdout_visibility"] == "hidden"


def test_the_courses_late_policy_counts(toy, autograder):
    config = autograder / "source" / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.GraduatedPenalty.percent = 10\n")
    nbformat.write(toy.notebook(HALF), autograder / "submission" / "toy.ipynb")
    found = on_gradescope.run(autograder)
    assert found["score"] == pytest.approx(3 - 0.3)
    assert "0.3 points were taken off for it" in found["output"]


def test_a_submission_without_a_notebook_says_what_to_hand_in(autograder):
    (autograder / "submission" / "report.pdf").write_text("x")
    found = on_gradescope.run(autograder)
    follows_the_specification(found)
    assert found["score"] == 0
    assert "no notebook found (there: &#x27;report.pdf&#x27;)" in found["output"]


@pytest.mark.slow
def test_their_folder_bound_as_autograder_without_network(toy, autograder, tmp_path):
    """As on Gradescope: /autograder, its run_autograder, the interpreter that setup.sh makes, no network."""
    nbformat.write(toy.notebook(HALF), autograder / "submission" / "toy.ipynb")
    expected = results(grade_notebook(autograder / "submission" / "toy.ipynb", toy.source))
    command = [find_bwrap(), "--unshare-net", "--dev", "/dev", "--dev-bind", "/proc", "/proc"]
    for place in sorted(Path("/").iterdir()):
        if place.is_symlink():
            command += ["--symlink", str(place.readlink()), str(place)]
        elif place.is_dir() and place.name not in ("dev", "proc", "autograder", "opt"):
            command += ["--bind", str(place), str(place)]
    prefix = Path(sys.prefix)
    command += ["--bind", str(autograder), "/autograder", "--symlink", str(prefix), "/opt/grader"]
    command += ["--chdir", "/autograder", "/autograder/run_autograder"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "NOT ISOLATED" not in done.stdout
    found = json.loads((autograder / "results" / "results.json").read_text())
    follows_the_specification(found)
    assert found["tests"][: len(expected["tests"])] == expected["tests"]
    assert "Handed in 3 h after the due date." in found["output"]


def test_the_command_gives_the_same_json(toy, practicals, tmp_path):
    path = toy.submit("s", HALF)
    done = practicals("grade", "toy", "--notebook", path, "--format", "gradescope", cwd=toy.root)
    found = json.loads(done.stdout)
    follows_the_specification(found)
    expected = results(grade_notebook(path, toy.source))
    assert found["tests"] == expected["tests"]
    refused = practicals("grade", "toy", "--format", "gradescope", cwd=toy.root, check=False)
    assert refused.returncode == 2
    assert "--format is for one file" in refused.stderr
