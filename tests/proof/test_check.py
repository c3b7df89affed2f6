"""`practicals build --check` names every file that no build would leave as it is, and builds nothing."""

import base64
import json
import re

import nbformat
import pytest
from author_course import CELLS, cell_of, measured_budget
from nbformat.v4 import new_markdown_cell, new_output

from autograder.errors import PracticalsError
from autograder.practical.digests import outputs_digest
from autograder.proof.check import problems

TEXT = "source/toy/toy.py"
NOTEBOOK = "source/toy/toy.ipynb"
RELEASE = "release/toy/toy.ipynb"
RESULTS = "source/toy/results.json"


@pytest.fixture
def clean(built):
    """A built course with measured thresholds, of which nothing is to be complained."""
    results = {
        "practical": "toy",
        "budgets": {"quick": measured_budget(built, toy_accuracy=[0.8, 0.81])},
        "thresholds": [
            {
                "cell": "figure-test",
                "figure": "toy_accuracy",
                "kind": "at_least",
                "threshold": 0.7,
                "budget": "quick",
            }
        ],
    }
    built.results.write_text(json.dumps(results))
    bank = built.root / "source" / "toy" / "bank"
    bank.mkdir(parents=True)
    (bank / "wrong_sign.py").write_text("def add(a, b):\n    return -(-a - b)  # by way of the bank\n")
    return built


def test_a_fresh_build_passes_and_stays_as_it_is(clean):
    before = clean.files()
    assert clean.complaints() == []
    assert clean.files() == before


# --- what is stale or edited by hand


def test_a_notebook_s_cell_that_text_cannot_hold_is_named(clean):
    edit_notebook(clean, lambda notebook: cell_of(notebook, "add-test").update(source="# In[2]:\n1"))
    named = f"{NOTEBOOK}: cell 'add-test', line 1, `# In[2]:`, begins another cell"
    assert any(complaint.startswith(named) for complaint in clean.complaints())


def edit_notebook(course, change, keep_digests=False):
    notebook = course.built()
    change(notebook)
    if keep_digests:
        notebook.metadata.practicals.outputs_sha256 = outputs_digest(notebook)
    course.save(notebook)


def edit_release(course, change):
    notebook = nbformat.read(course.release, as_version=4)
    change(notebook)
    nbformat.write(notebook, course.release)


def set_source(name, source):
    def change(notebook):
        cell_of(notebook, name).source = source

    return change


def add_output(name, output):
    def change(notebook):
        cell_of(notebook, name).outputs.append(output)

    return change


def never_executed(notebook):
    cell = cell_of(notebook, "cell-005")
    cell.outputs, cell.execution_count = [], None


def write_beside(course, path, content="stray"):
    (course.root / path).parent.mkdir(parents=True, exist_ok=True)
    (course.root / path).write_text(content)


def edit_results(course, change):
    results = json.loads(course.results.read_text())
    change(results)
    course.results.write_text(json.dumps(results))


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=[])
STALE = {
    "text edited": (
        lambda course: course.write(use="# %%\nprint(add(2, 4))\n"),
        NOTEBOOK,
        "inputs are not those of toy.py, in cell 5: run `practicals build toy`",
    ),
    "notebook edited": (
        lambda course: edit_notebook(course, set_source("add", "def add(a, b):\n    return a + b")),
        NOTEBOOK,
        "inputs are not those of toy.py, in cell 'add'",
    ),
    "both edited alike": (
        lambda course: (
            course.write(use="# %%\nprint(6)\n"),
            edit_notebook(course, set_source("cell-005", "print(6)")),
        ),
        NOTEBOOK,
        "its outputs are not from these inputs",
    ),
    "notebook missing": (
        lambda course: course.notebook.unlink(),
        NOTEBOOK,
        "missing: run `practicals build toy`",
    ),
    "notebook damaged": (lambda course: course.notebook.write_text("{"), NOTEBOOK, "not a readable notebook"),
    "output edited": (
        lambda course: edit_notebook(
            course, add_output("add", new_output("stream", name="stdout", text="x"))
        ),
        NOTEBOOK,
        "its outputs are not those of the build",
    ),
    "saved by hand": (
        lambda course: edit_notebook(course, lambda notebook: notebook.metadata.update(author="someone")),
        NOTEBOOK,
        "it was saved by hand since the build",
    ),
    "error shown": (
        lambda course: edit_notebook(course, add_output("cell-005", ERROR), keep_digests=True),
        NOTEBOOK,
        "cell 5 shows an error",
    ),
    "never executed": (
        lambda course: edit_notebook(course, never_executed, keep_digests=True),
        NOTEBOOK,
        "cell 5 was never executed",
    ),
    "marks missing": (
        lambda course: edit_notebook(
            course,
            add_output("add-test", new_output("execute_result", {"text/plain": "1"}, execution_count=4)),
            keep_digests=True,
        ),
        NOTEBOOK,
        "cell 'add-test' scores 1 of 3",
    ),
    "too large": (
        lambda course: edit_notebook(
            course,
            add_output("add", new_output("stream", name="stdout", text="x" * 512_000)),
            keep_digests=True,
        ),
        NOTEBOOK,
        "the largest: cell 'add' with 500 KB",
    ),
    "rule broken": (
        lambda course: course.write(add_test=CELLS["add-test"].replace("points=2", "points=1")),
        TEXT,
        "its parts have 2 points and the cell 3",
    ),
    "text unreadable": (
        lambda course: course.text.write_bytes(b"\xff"),
        TEXT,
        "cannot be read as notebook text",
    ),
    "text missing": (
        lambda course: course.text.unlink(),
        NOTEBOOK,
        "there is no toy.py of a practical beside it",
    ),
    "second notebook": (
        lambda course: write_beside(course, "source/toy/draft.ipynb", "{}"),
        "source/toy/draft.ipynb",
        "there is no draft.py of a practical beside it",
    ),
    "file for students": (
        lambda course: write_beside(course, "source/toy/data.csv"),
        "source/toy/data.csv",
        "nbgrader would hand data.csv from source/toy/ to students",
    ),
    "release missing": (
        lambda course: course.release.unlink(),
        RELEASE,
        "missing: run `practicals build toy`",
    ),
    "release edited": (
        lambda course: edit_release(course, set_source("cell-001", "# Another title")),
        RELEASE,
        "not what nbgrader generates from the source now: run `practicals build toy`",
    ),
    "release reformatted": (
        lambda course: course.release.write_text(json.dumps(json.loads(course.release.read_text()))),
        RELEASE,
        "not what nbgrader generates",
    ),
    "stray file": (
        lambda course: write_beside(course, "release/toy/solutions.txt"),
        "release/toy/solutions.txt",
        "no build makes this file: remove it",
    ),
    "release without source": (
        lambda course: write_beside(course, "release/p09_gone/p09_gone.ipynb", "{}"),
        "release/p09_gone/p09_gone.ipynb",
        "belongs to no practical in source/: remove it",
    ),
    "stray file on top": (
        lambda course: write_beside(course, "release/notes.md"),
        "release/notes.md",
        "belongs to no practical",
    ),
    "code changed since measured": (
        lambda course: course.write(use="# %%\nprint(7)\n"),
        RESULTS,
        "figure `toy_accuracy`: cell 5 was changed since the quick budget was measured: run",
    ),
    "code changed since the full budget was measured": (
        lambda course: edit_results(
            course,
            lambda results: results["budgets"].update(
                full={"cells": [], "seeds": [42], "figures": {"toy_accuracy": {"code": "0"}}}
            ),
        ),
        RESULTS,
        "since the full budget was measured: run `practicals measure toy --budget full`",
    ),
    "threshold changed": (
        lambda course: edit_results(course, lambda results: results["thresholds"][0].update(threshold=0.71)),
        RESULTS,
        "its thresholds are not those in the test cells",
    ),
    "never measured": (
        lambda course: course.results.unlink(),
        RESULTS,
        "1 threshold of the test cells was never",
    ),
    "results damaged": (
        lambda course: course.results.write_text("{}"),
        RESULTS,
        "not what `practicals measure` writes",
    ),
    "threshold computed": (
        lambda course: course.write(figure_test=CELLS["figure-test"].replace("0.7,", "0.5 + 0.2 * 1,")),
        TEXT,
        "needs its threshold and the figure's name written out",
    ),
}


@pytest.mark.parametrize("case", STALE)
def test_each_kind_of_drift_is_named_with_its_file(clean, case):
    damage, path, complaint = STALE[case]
    damage(clean)
    before = clean.files()
    assert any(line.startswith(f"{path}: ") and complaint in line for line in clean.complaints()), (
        clean.complaints()
    )
    assert clean.files() == before


# --- what leaks


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def add_cell(source):
    return lambda notebook: notebook.cells.append(new_markdown_cell(source, id="added"))


def attach(text):
    def change(notebook):
        notebook.cells[0].attachments = {"drawing": {"image/png": encoded(text)}}

    return change


def leave_output(text):
    return add_output("cell-005", new_output("stream", name="stdout", text=text))


LEAKS = {
    "solution line": (add_cell("Hint: `total_of_both = a + b`"), "cell 'add' of source/toy/toy.py"),
    "solution line spaced otherwise": (add_cell("total_of_both=a\n  +b"), "cell 'add'"),
    "hidden test": (
        add_cell('expect.equal(add(-17, 4), -13, "the sum of hidden numbers")'),
        "cell 'add-test'",
    ),
    "mark scheme": (add_cell("Two points for the word of the law."), "cell 'why'"),
    "model answer": (add_cell("Addition of whole numbers is commutative."), "cell 'why'"),
    "bank entry": (add_cell("return -(-a - b)  # by way of the bank"), "toy/wrong_sign.py of the bank"),
    "marker": (add_cell("### BEGIN HIDDEN TESTS"), "the marker 'BEGIN HIDDEN TESTS'"),
    "in an output": (leave_output("    return total_of_both"), "cell 'add'"),
    "in the notebook's metadata": (
        lambda notebook: notebook.metadata.update(notes=["", {"old": "return total_of_both"}]),
        "cell 'add'",
    ),
    "as a key": (lambda notebook: notebook.metadata.update({"return total_of_both": 1}), "cell 'add'"),
    "in a cell's metadata": (
        lambda notebook: notebook.cells[0].metadata.update(old="return total_of_both"),
        "cell 'add'",
    ),
    "in an attachment": (attach("    return total_of_both\n"), "cell 'add'"),
    "as base64 in a link": (
        add_cell(f"[x](data:text/plain;base64,{encoded('x = 1; return total_of_both')})"),
        "cell 'add'",
    ),
}


@pytest.mark.parametrize("case", LEAKS)
def test_each_kind_of_leak_is_named_with_its_file_and_origin(clean, case):
    change, origin = LEAKS[case]
    edit_release(clean, change)
    leaks = [line for line in clean.complaints() if "students must not see" in line]
    assert [line for line in leaks if line.startswith(f"{RELEASE}: ") and origin in line], leaks


@pytest.mark.parametrize(
    "path",
    ["release/toy/notes.txt", "release/toy/.ipynb_checkpoints/toy-checkpoint.ipynb", "release/answers"],
)
def test_leaks_are_found_in_every_file_of_release(clean, path):
    write_beside(clean, path, "First\n   return  total_of_both\n")
    assert any(line.startswith(f"{path}: ") and "cell 'add'" in line for line in clean.complaints())


def test_a_configuration_that_clears_nothing_is_caught(clean):
    """The release then is what nbgrader generates, so only the search for leaks can tell."""
    config = clean.root / "nbgrader_config.py"
    settings = ["ClearHiddenTests.enabled", "ClearSolutions.enabled", "ClearMarkScheme.enforce_metadata"]
    config.write_text("\n".join([config.read_text(), *(f"c.{setting} = False" for setting in settings)]))
    clean.build()
    text = "\n".join(clean.complaints())
    assert "cell 'add' of source/toy/toy.py" in text
    assert "cell 'add-test' of source/toy/toy.py" in text
    assert "the marker 'BEGIN SOLUTION'" in text


@pytest.mark.parametrize(
    ("ignored", "leaks"),
    [("'*.py'", ["equivalent_mutants.toml"]), ("", ["equivalent_mutants.toml", "wrong_sign.py"])],
)
def test_a_configuration_that_hands_the_bank_out_is_refused(clean, ignored, leaks):
    """Without the bank among the files that nbgrader ignores, its .toml would get through at the least."""
    write_beside(clean, "source/toy/bank/equivalent_mutants.toml", "# total_of_both\n")
    assert clean.complaints() == []
    config = clean.root / "nbgrader_config.py"
    line = f"c.CourseDirectory.ignore = ['.*', '*.json', '__pycache__', 'toy.py', {ignored}]"
    config.write_text(f"{config.read_text()}\n{line}\n")
    before = clean.files()
    complaints = clean.complaints()
    for file in leaks:
        (told,) = [one for one in complaints if one.startswith(f"source/toy/bank/{file}: answers leak: ")]
        assert 'put "bank" into CourseDirectory.ignore' in told.replace("Put", "put")
    with pytest.raises(
        PracticalsError, match=rf"answers leak: .*{re.escape(', '.join(f'bank/{one}' for one in leaks))}"
    ):
        clean.build()
    assert clean.files() == before


def test_lines_that_students_are_given_are_no_leaks(clean):
    """The same line in a solution, a bank entry and given code."""
    clean.write(
        use="# %%\n# total_of_both = a + b is given here\n" + CELLS["use"].removeprefix("# %%\n"),
        question="# %% [markdown]\n# Do not forget `return -(-a - b)  # by way of the bank`.\n",
    )
    clean.build()
    assert clean.complaints() == []


def test_what_running_a_release_notebook_leaves_behind_is_no_stray(clean):
    write_beside(clean, "release/toy/runs/one/log.csv", "epoch\n1\n")
    write_beside(clean, "release/toy/.ipynb_checkpoints/toy-checkpoint.ipynb", "{}")
    assert clean.complaints() == []


# --- the command


def test_the_command_prints_a_line_for_each_problem_and_exits_with_1(clean, practicals):
    practicals("build", "--check", cwd=clean.root)
    clean.release.unlink()
    write_beside(clean, "release/notes.md")
    answer = practicals("build", "--check", cwd=clean.root, check=False)
    assert answer.returncode == 1
    assert [line.split(": ")[0] for line in answer.stdout.splitlines()] == [RELEASE, "release/notes.md"]


def test_named_practicals_are_checked_alone(clean):
    write_beside(clean, "release/toy/notes.md")
    write_beside(clean, "release/p09_gone/notes.md")
    assert [problem.path for problem in problems(clean.root, ["toy"])] == ["release/toy/notes.md"]
