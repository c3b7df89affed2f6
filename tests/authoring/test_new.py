"""A new practical builds, grades and passes the audit as it is; docs/authoring.md does what it says."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from checkout import ROOT, copy_checkout
from command_line import PRACTICALS, environment, run
from rich.console import Console

from autograder.authoring.build import build
from autograder.authoring.new import new_practical, title_of
from autograder.authoring.rules import broken_rules
from autograder.errors import PracticalsError
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade
from autograder.grading.sample_class import DUE, write_sample_class
from autograder.practical.notebooks import read_text
from autograder.proof.check import problems

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
    text = root / "source" / "p08_attention" / "p08_attention.py"
    assert text in files
    assert all(file.parent == text.parent / "bank" for file in files if file != text)
    notebook = read_text(text)
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
    text = next(path for path in new_practical(root, "demo") if path.name == "demo.py")
    text.write_text("mine")
    with pytest.raises(PracticalsError, match="is there already"):
        new_practical(root, "demo")
    assert text.read_text() == "mine"


@pytest.mark.slow
def test_it_builds_and_grades(root):
    new_practical(root, "demo")
    build(root, "demo", QUIET)
    assert problems(root) == []
    samples = write_sample_class(root, "demo", root / "class")
    graded = grade(
        root, "demo", QUIET, GradeOptions(submitted=root / "class", output=root / "out", workers=1, due=DUE)
    )
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
        for found in block.finditer(AUTHORING)
    ]


def test_each_command_that_the_page_names_is_one_that_the_test_runs():
    run = [text for kind, _, text in steps() if kind == "command"]
    named = re.findall(r"`(practicals [^`]+)`", AUTHORING)
    assert named
    assert [one for one in named if not any(text.startswith(one) for text in run)] == []
    options = re.findall(r"`(--[^`]+)`", AUTHORING)
    assert options == ['--title "Practical 8: Attention"']  # the one that `test_titles` and the next test try
    words = re.sub(r"^```.*?^```$", "", AUTHORING, flags=re.MULTILINE | re.DOTALL)
    assert len(run) == words.count("\n    ")  # no other block is indented
    assert sum(kind == "file" for kind, _, _ in steps()) == 8


def test_a_title_of_its_own(root):
    text = next(path for path in new_practical(root, "p08_attention", "Attention") if path.name[:3] == "p08")
    assert read_text(text).cells[0].source.startswith("# Attention\n")


@pytest.mark.slow
def test_the_page_does_what_it_says(tmp_path):
    """Every block of the page, one after the other, in a checkout with P01 alone."""
    only = "(source|release)/p01_|nbgrader_config|(autograder|course_utils)/"
    checkout = copy_checkout(tmp_path / "checkout", only)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "practicals").write_text(f'#!/bin/sh\nexec {shlex.join(PRACTICALS)} "$@"\n')
    (programs / "practicals").chmod(0o755)
    path = os.pathsep.join([str(programs), environment()["PATH"]])
    said = {}
    for kind, where, text in steps():
        if kind == "command":
            done = run(["sh", "-c", text], checkout, env=environment(checkout, PATH=path))
            said[text] = done.stdout
            continue
        ((file, how, place),) = re.findall(r'^([^,]+)(?:, (before|in place of) "(.+)")?$', where)
        target = checkout / file
        if how:
            marker = place.replace("\\n", "\n")
            assert target.read_text("utf-8").count(marker) == 1
            put = f"{text}\n{marker}" if how == "before" else text.rstrip("\n")
            target.write_text(target.read_text("utf-8").replace(marker, put), "utf-8")
        else:
            target.write_text(text, "utf-8")
    release = (checkout / "release" / "p01_mlp_basics" / "p01_mlp_basics.ipynb").read_text("utf-8")
    assert "Exercise 16: Top-k accuracy" in release
    assert "np.any(largest == labels" not in release
    assert "nothing was run" in said["practicals measure p01_mlp_basics"]
    # the bank stays where it is, in the class that was graded too
    holding = {path for path in checkout.rglob("*") if path.is_file() and "bank" in path.parts}
    assert holding
    # (those in autograder are what `practicals new` copies)
    assert {path.relative_to(checkout).parts[0] for path in holding} == {"autograder", "source"}
