"""The bank, the sample class and the demo."""

import io
import shutil

import pytest
from checkout import ROOT
from rich.console import Console
from toy_course import BANK, cell_named, index_of

from autograder.errors import PracticalsError
from autograder.grading.collect import collect
from autograder.grading.results import CellScore, Result
from autograder.grading.run import GradedClass
from autograder.grading.sample_class import Sample, write_sample_class
from autograder.practical.bank import BankEntry, read_bank, read_entry
from autograder.practical.cells import grade_id
from autograder.practical.notebooks import read_notebook
from autograder.practical.paths import practical_names
from autograder.start.demo import demo

# --- the bank -----------------------------------------------------------------------------------------------


def test_a_bank_entry_is_read(tmp_path):
    path = tmp_path / "forgets_the_sign.py"
    path.write_text(BANK["forgets_the_sign"])
    assert read_entry(path) == BankEntry(
        name="forgets_the_sign",
        title="Forgets the sign",
        kind="misconception",
        cells={"square": "def square(x):\n    return x * abs(x)"},
        fails={"square-test": (1, 3)},
        hint="the error is 32",
    )


GOOD_HEADER = "# title: a\n# kind: alternate\n\n"
CELL = "# %% square\nx = 1\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not complete"),
        (GOOD_HEADER, "not complete"),
        ("# title: a\n" + CELL, "not complete"),
        ("# title: a\n# kind: other\n" + CELL, "not complete"),
        ("# title: a\n# kind: misconception\n# hint: b\n" + CELL, "not complete"),
        ("# title: a\n# kind: alternate\n# hint: b\n" + CELL, "not complete"),
        (GOOD_HEADER + "import numpy\n" + CELL, "begins with 'import numpy'"),
        (GOOD_HEADER + CELL + CELL, "two cells 'square'"),
        (
            "# title: a\n# kind: misconception\n# hint: b\n# fails: square-test\n" + CELL,
            "'square-test' is not a test",
        ),
        (
            "# title: a\n# kind: misconception\n# hint: b\n# fails: square-test 3/3\n" + CELL,
            "is not a test that fails",
        ),
    ],
)
def test_a_bank_file_without_the_form_is_refused(tmp_path, text, problem):
    path = tmp_path / "entry.py"
    path.write_text(text)
    with pytest.raises(PracticalsError, match=problem):
        read_entry(path)


@pytest.mark.parametrize("practical", practical_names(ROOT))
def test_the_banks_of_the_practicals_name_cells_that_are_there(practical):
    source = ROOT / "source" / practical / f"{practical}.ipynb"
    if not source.exists():
        pytest.skip("not built yet")
    notebook = read_notebook(source)
    points = {
        grade_id(cell): cell.metadata.nbgrader.get("points") for cell in notebook.cells if grade_id(cell)
    }
    for entry in read_bank(ROOT, practical):
        assert set(entry.cells) <= set(points), entry.name
        assert {name: most for name, (_, most) in entry.fails.items()}.items() <= points.items(), entry.name


# --- the sample class ---------------------------------------------------------------------------------------


@pytest.fixture
def sampled(toy):
    toy.write_release_and_bank()
    return toy


def test_a_sample_class_has_every_kind_of_submission(sampled):
    samples = write_sample_class(sampled.root, "toy", sampled.submitted)
    assert [sample.student_id for sample in samples] == [
        "s01_reference",
        "s02_power",
        "s03_forgets_the_sign",
        "s04_untouched",
        "s05_raises",
        "s06_endless_loop",
        "s07_not_json",
        "s08_other_name",
        "s09_deleted_test",
        "s10_duplicated_test",
        "s11_late",
    ]
    assert samples[0].points == {"square-test": 3, "mean-test": 2}
    assert samples[2].points == {"square-test": 1, "mean-test": 2}
    assert samples[3].points == {"square-test": 0, "mean-test": 0}
    submissions, without = collect(sampled.submitted, sampled.root / "collected", "toy", sampled.assignment)
    assert [submission.student_id for submission in submissions if submission.notebook is None] == [
        "s07_not_json"
    ]
    assert without == []


def test_a_sample_looks_like_a_students_notebook(sampled):
    write_sample_class(sampled.root, "toy", sampled.submitted)
    notebook = read_notebook(sampled.submitted / "s01_reference" / "toy" / "toy.ipynb")
    assert cell_named(notebook, "square").source == "def square(x):\n    return x * x"
    assert cell_named(notebook, "why").source == "Because of n."
    assert "HIDDEN" not in cell_named(notebook, "square-test").source
    duplicated = read_notebook(sampled.submitted / "s10_duplicated_test" / "toy" / "toy.ipynb")
    assert [grade_id(cell) for cell in duplicated.cells].count("square-test") == 2
    deleted = read_notebook(sampled.submitted / "s09_deleted_test" / "toy" / "toy.ipynb")
    with pytest.raises(ValueError, match="mean-test"):
        index_of(deleted, "mean-test")


def test_a_sample_class_needs_an_empty_folder_and_a_built_practical(sampled):
    (sampled.submitted / "kept").write_text("text")
    with pytest.raises(PracticalsError, match="is not empty"):
        write_sample_class(sampled.root, "toy", sampled.submitted)
    assert (sampled.submitted / "kept").read_text() == "text"
    shutil.rmtree(sampled.root / "release")
    with pytest.raises(PracticalsError, match="practicals build toy"):
        write_sample_class(sampled.root, "toy", sampled.root / "new")
    with pytest.raises(PracticalsError, match="no practical called 'p99'"):
        write_sample_class(sampled.root, "p99", sampled.root / "new")


def test_a_broken_expectation_is_named():
    sample = Sample("s01", "about", "graded", {"square-test": 3}, note="put back")
    cell = CellScore("square-test", "Square", 1.0, 3.0, False)
    result = Result(
        "s01", "toy", True, "nothing answered", "", 1.0, 3.0, 0.0, 0.0, 0.0, None, [], 1.0, {}, [cell]
    )
    assert sample.broken_expectations(None) == ["it has no result"]
    assert sample.broken_expectations(result) == [
        "its status is 'nothing answered' and should hold 'graded'",
        "its notes should hold 'put back'",
        "square-test gave 1.0 points and should give 3",
    ]


# --- the demo -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_demo_grades_every_sample_as_expected(sampled):
    assert demo(sampled.root, "toy", Console(quiet=True), workers=2)
    output = sampled.root / "build" / "demo"
    assert {"gradebook.db", "grades.csv", "results.json", "feedback", "autograded"} <= {
        path.name for path in output.iterdir()
    }


def test_the_demo_fails_when_a_grade_is_not_as_expected(sampled, monkeypatch):
    empty = GradedClass(results=[], executed=[], without=[], due=None)
    monkeypatch.setattr("autograder.start.demo.grade", lambda *_, **__: empty)
    console = Console(record=True, width=200, file=io.StringIO())
    assert not demo(sampled.root, "toy", console, workers=2)
    assert "0 of 11 submissions" in console.export_text()
