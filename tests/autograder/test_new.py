"""A new practical builds, grades and passes the audit as it is; docs/authoring.md does what it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from autograder.audit import audit_all
from autograder.build import build
from autograder.check import problems
from autograder.errors import PracticalsError
from autograder.grading.run import grade
from autograder.new import new_practical, title_of
from autograder.notebooks import read_text
from autograder.rules import broken_rules
from autograder.sample_class import DUE, write_sample_class

ROOT = Path(__file__).resolve().parents[2]
AUTHORING = (ROOT / "docs" / "authoring.md").read_text("utf-8")
QUIET = Console(quiet=True)


@pytest.fixture
def root(tmp_path) -> Path:
    """A course without practicals."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "source").mkdir()
    (tmp_path / "release").mkdir()
    return tmp_path


def test_the_text_keeps_the_rules(root):
    files = new_practical(root, "p08_attention")
    assert files[0] == root / "source" / "p08_attention" / "p08_attention.py"
    notebook = read_text(files[0])
    assert broken_rules(notebook) == []
    assert notebook.cells[0].source.startswith("# Practical 8: Attention\n")
    assert not list((root / "source").glob(".*"))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("p08_attention", "Practical 8: Attention"),
        ("p12_graph_networks", "Practical 12: Graph networks"),
        ("demo", "Demo"),
    ],
)
def test_titles(name, title):
    assert title_of(name) == title


@pytest.mark.parametrize("name", ["P08", "8th", "a b", "../x", "x", "", "p08-attention", "ä", "x" * 42])
def test_names_that_will_not_do(root, name):
    with pytest.raises(PracticalsError, match="cannot be the name of a practical"):
        new_practical(root, name)
    assert not list((root / "source").iterdir())


def test_nothing_is_overwritten(root):
    (text, *_) = new_practical(root, "demo")
    text.write_text("mine")
    with pytest.raises(PracticalsError, match="is there already"):
        new_practical(root, "demo")
    assert text.read_text() == "mine"
    shutil.rmtree(text.parent)
    with pytest.raises(PracticalsError, match="bank.*is there already"):
        new_practical(root, "demo")


@pytest.mark.slow
def test_it_builds_grades_and_passes_the_audit(root):
    new_practical(root, "demo")
    (report,) = audit_all(root, ["demo"], QUIET, workers=1)
    assert [str(finding) for finding in report.findings] == []
    build(root, "demo", QUIET)
    assert problems(root) == []
    samples = write_sample_class(root, "demo", root / "class")
    graded = grade(root, "demo", QUIET, root / "class", root / "out", workers=1, due=DUE)
    results = {result.student_id: result for result in graded.results}
    for sample in samples:
        assert sample.broken_expectations(results.get(sample.student_id)) == []


# --- docs/authoring.md --------------------------------------------------------------------------------------


def steps() -> list[tuple[str, str, str]]:
    """The page's blocks in order: ("file", where it goes, its text) and ("command", "", the command)."""
    block = re.compile(
        r"^<!-- file: (?P<where>.+?) -->\n```python\n(?P<code>.*?)^```$|^    (?P<command>practicals [^\n]+)$",
        re.MULTILINE | re.DOTALL,
    )
    return [
        ("command", "", found["command"]) if found["command"] else ("file", found["where"], found["code"])
        for found in block.finditer(AUTHORING.partition("## An exercise added to P01")[2])
    ]


def test_the_page_has_a_text_a_bank_and_commands():
    kinds = [kind for kind, _, _ in steps()]
    assert kinds.count("file") == 7
    assert [text for kind, _, text in steps() if kind == "command"] == [
        "practicals build p01_mlp_basics",
        "practicals audit p01_mlp_basics --only top-k",
    ]


def copy_of_the_checkout(folder: Path) -> Path:
    """The files that git has here, without those of other practicals."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, files.stdout.split("\0")):
        if re.match(r"(source|release|tests/bank)/p01_|nbgrader_config|(autograder|course_utils)/", name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_the_page_does_what_it_says(tmp_path):
    checkout = copy_of_the_checkout(tmp_path / "checkout")
    for kind, where, text in steps():
        if kind == "command":
            command = [sys.executable, "-m", "autograder.cli", *text.split()[1:]]
            done = subprocess.run(
                command, cwd=checkout, capture_output=True, text=True,
                env={**os.environ, "PYTHONPATH": str(checkout)},
            )  # fmt: skip
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
            continue
        file, _, before = where.partition(", before ")
        path = checkout / file
        if before:
            marker = before.strip('"').replace("\\n", "\n")
            assert path.read_text("utf-8").count(marker) == 1
            path.write_text(path.read_text("utf-8").replace(marker, f"{text}\n{marker}"), "utf-8")
        else:
            path.write_text(text, "utf-8")
    release = (checkout / "release" / "p01_mlp_basics" / "p01_mlp_basics.ipynb").read_text("utf-8")
    assert "Exercise 16: Top-k accuracy" in release
    assert "np.any(largest == labels" not in release
