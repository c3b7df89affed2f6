"""The full run: its outputs are kept in docs/practicals/, and shown in the release while they are current."""

import copy
import shutil

import nbformat
import pytest
from author_course import (
    CELLS,
    QUIET,
    cell_of,
    copy_course,
    generated_by_nbgrader,
    new_course,
)
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.authoring import build as building
from autograder.authoring import full as authoring_full
from autograder.authoring.build import build
from autograder.authoring.full import NOTE, full_path, run_in_full, shown_cells
from autograder.authoring.release import student_files
from autograder.engine.assignment import load_assignment
from autograder.engine.rebuild import rebuild
from autograder.errors import PracticalsError
from autograder.practical.paths import course_config

GIVEN = '# %%\nprint("given", training.budget(full="at length", quick="in short"))\n'
EXPERIMENT = """# %% tags=["experiment"]
print("measured", training.budget(full="at length", quick="in short"), add(1, 2))
"""
SECOND = '# %% tags=["experiment", "nbval-ignore-output"]\nprint("budget", os.environ["COURSE_BUDGET"])\n'
CHECK = '# %% tags=["experiment"]\nfrom course_utils import selfcheck\n\nselfcheck.report()\n'
TEXT = {
    "imports": CELLS["imports"].replace("import expect", "import expect, training"),
    "use": GIVEN,
    "experiment": f"{EXPERIMENT}\n{SECOND}",
    "question": f"{CELLS['question']}\n{CHECK}",
}
PAGE = "docs/practicals/toy.ipynb"
RELEASE = "release/toy/toy.ipynb"


@pytest.fixture(scope="module")
def run_once(tmp_path_factory):
    """A course whose toy ran at the full budget; nobody changes it."""
    course = new_course(tmp_path_factory.mktemp("full") / "course")
    course.write(**TEXT)
    assert build(course.root, "toy", QUIET, full=True)
    return course


@pytest.fixture
def ran(run_once, tmp_path):
    return copy_course(run_once, tmp_path / "course")


def page_of(course):
    return nbformat.read(course.root / PAGE, as_version=4)


def release_of(course):
    return nbformat.read(course.release, as_version=4)


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def found(course):
    """What is to be complained of, but for the figures: nobody measured them."""
    return [one for one in course.complaints() if "results.json" not in one]


def test_the_page_has_what_given_code_and_experiments_put_out_and_no_answer(ran):
    page = page_of(ran)
    texts = {cell["id"]: printed(cell) for cell in page.cells if cell.get("outputs")}
    assert texts == {
        "cell-005": "given at length\n",
        "cell-006": "measured at length 3\n",
        "cell-007": "budget full\n",
    }
    released = release_of(ran)
    assert [cell.source for cell in page.cells] == [cell.source for cell in released.cells]


def test_outputs_are_folded_where_a_guess_comes_first(ran):
    asked = f"# %% [markdown]\n# **Predict.** How large is it?\n\n{SECOND}"
    ran.write(**TEXT | {"experiment": f"{EXPERIMENT}\n{asked}"})
    build(ran.root, "toy", QUIET)
    folded = {
        printed(cell): [cell.metadata.get("jupyter"), cell.metadata.get("collapsed")]
        for cell in release_of(ran).cells
        if cell.get("outputs")
    }
    assert folded == {
        "measured at length 3\n": [None, None],
        "budget full\n": [{"outputs_hidden": True}, True],
    }
    assert found(ran) == []


def test_the_release_shows_the_experiments_and_says_once_whose_outputs_they_are(ran):
    released = release_of(ran)
    shown = {cell["id"]: cell for cell in released.cells if cell.get("outputs")}
    assert {name: printed(cell) for name, cell in shown.items()} == {
        "cell-006": "measured at length 3\n",
        "cell-007": "budget full\n",
    }
    assert shown["cell-006"].outputs[0].data["text/plain"] == NOTE
    assert ran.release.read_text().count(NOTE) == 2  # as Markdown, and for who cannot show it
    for cell in shown.values():
        assert cell.execution_count is None
    assert cell_of(released, "cell-006").metadata.tags == ["experiment", "raises-exception"]


def test_the_source_notebook_stays_at_the_quick_budget(ran):
    assert printed(cell_of(ran.built(), "cell-006")) == "measured in short 3\n"


def test_all_is_as_built_and_a_second_run_is_not_needed(ran):
    before = ran.files()
    assert found(ran) == []
    assert not build(ran.root, "toy", QUIET, full=True)
    assert not ran.build()
    assert ran.files() == before
    assert build(ran.root, "toy", QUIET, full=True, force=True)
    assert ran.files() == before


def test_the_release_is_that_of_nbgrader(ran):
    released = ran.release.read_bytes()
    shutil.rmtree(ran.root / "release")
    assert generated_by_nbgrader(ran.root, "toy") == {"toy/toy.ipynb": released}


def test_without_a_page_the_release_shows_nothing(ran):
    (ran.root / PAGE).unlink()
    ran.build()
    assert found(ran) == []
    assert not any(cell.get("outputs") for cell in release_of(ran).cells)
    assert not (ran.root / PAGE).exists()


@pytest.mark.parametrize(
    "cells",
    [
        {"title": "# %% [markdown]\n# # Another title\n\n# %% [markdown]\n# And a cell more.\n"},
        {"experiment": f"{EXPERIMENT}# A comment\n\n{SECOND}"},
        {"use": GIVEN.replace("in short", "shorter")},
        {"add_test": CELLS["add-test"].replace("small numbers", "small ones")},
    ],
    ids=["prose", "comment", "quick budget", "test"],
)
def test_outputs_stay_while_the_code_that_makes_them_does(ran, cells):
    ran.write(**{**TEXT, **cells})
    assert any("run `practicals build toy`" in one for one in found(ran))
    ran.build()
    assert found(ran) == []
    assert "measured at length 3" in ran.release.read_text()
    assert [cell.source for cell in page_of(ran).cells] == [cell.source for cell in release_of(ran).cells]


@pytest.mark.parametrize(
    ("cells", "gone", "kept"),
    [
        ({"experiment": EXPERIMENT.replace("measured", "seen") + "\n" + SECOND}, ["cell 6"], ["cell-007"]),
        ({"add": CELLS["add"].replace("a + b", "b + a")}, ["cell 6"], ["cell-007"]),
        (
            {"experiment": EXPERIMENT.replace("at length", "longer") + "\n" + SECOND},
            ["cell 6"],
            ["cell-007"],
        ),
        ({"imports": TEXT["imports"] + "import math\n"}, ["cell 5", "cell 6", "cell 7"], []),
    ],
    ids=["experiment", "exercise that it uses", "full budget", "imports"],
)
def test_outputs_of_other_code_are_told_and_left_out(ran, cells, gone, kept):
    ran.write(**{**TEXT, **cells})
    ran.build()
    assert [cell["id"] for cell in release_of(ran).cells if cell.get("outputs")] == kept
    (problem,) = found(ran)
    assert problem == (
        f"{PAGE}: it has no outputs from a full run of the present code of {', '.join(gone)}: "
        "run `practicals build toy --full`"
    )
    assert build(ran.root, "toy", QUIET, full=True)
    assert found(ran) == []
    assert [cell["id"] for cell in release_of(ran).cells if cell.get("outputs")] == ["cell-006", "cell-007"]


def test_whether_a_figure_is_printed_counts():
    def code(source):
        cells = [new_code_cell("from course_utils import runs"), new_code_cell(source, id="shown")]
        return shown_cells(new_notebook(cells=cells))["shown"]

    assert code('runs.record("loss", 1)') != code('runs.record("loss", 1, show=False)')


def test_nbgrader_leaves_them_out_too_where_nothing_was_built_since(ran):
    notebook = ran.built()
    cell_of(notebook, "cell-006").source += "\nprint(0)"
    (content,) = student_files(ran.root, "toy", notebook, (ran.root / PAGE).read_text()).values()
    released = nbformat.reads(content.decode(), as_version=4)
    assert [cell["id"] for cell in released.cells if cell.get("outputs")] == ["cell-007"]


def test_a_page_in_which_somebody_ran_cells_is_refused_and_not_shown(ran):
    page = page_of(ran)
    cell_of(page, "cell-006").outputs[0].text = "measured by hand\n"
    nbformat.write(page, ran.root / PAGE)
    for full in (False, True):
        with pytest.raises(PracticalsError, match="somebody edited them, or ran cells"):
            build(ran.root, "toy", QUIET, full=full)
    assert any(one.startswith(f"{PAGE}: {PAGE} has not the outputs of the full run") for one in found(ran))
    (content,) = student_files(ran.root, "toy", ran.built(), (ran.root / PAGE).read_text()).values()
    assert not any(cell.get("outputs") for cell in nbformat.reads(content.decode(), as_version=4).cells)
    assert build(ran.root, "toy", QUIET, full=True, force=True)
    assert found(ran) == []


def test_what_needs_a_kernel_is_left_out_and_its_text_stays(course, monkeypatch):
    course.write()
    course.build()
    outputs = [
        new_output(
            "display_data",
            {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "A slider"},
            metadata={"application/vnd.jupyter.widget-view+json": {"x": 1}},
        ),
        new_output("display_data", {"application/javascript": "alert(1)"}),
        new_output("execute_result", {"image/png": "aGk=", "text/plain": "A"}, execution_count=7),
    ]

    def execute(notebook, *arguments, **options):
        cell_of(notebook, "cell-006").outputs = outputs

    monkeypatch.setattr("autograder.authoring.full.execute", execute)
    notebook = course.built()
    kept = run_in_full(notebook, "toy", QUIET)[shown_cells(notebook)["cell-006"]]
    assert kept == [
        new_output("display_data", {"text/plain": "A slider"}),
        new_output("execute_result", {"image/png": "aGk=", "text/plain": "A"}, execution_count=None),
    ]
    assert outputs[2].execution_count == 7


def test_a_run_that_writes_to_stderr_is_refused_and_nothing_is_written(ran):
    warns = f"import sys\n{EXPERIMENT}".replace("import sys\n# %%", "# %%") + (
        "if os.environ['COURSE_BUDGET'] == 'full':\n    print('late', file=__import__('sys').stderr)\n"
    )
    ran.write(**{**TEXT, "experiment": warns})
    before = ran.files()
    with pytest.raises(PracticalsError, match="cell 6 writes to stderr: late"):
        build(ran.root, "toy", QUIET, full=True)
    assert ran.files() == before


def test_a_failed_test_does_not_end_the_run_and_a_failed_experiment_does(ran):
    at_full = 'if os.environ["COURSE_BUDGET"] == "full":\n    '
    figure_test = CELLS["figure-test"] + at_full + "raise ValueError('missed')\nexercise.score\n"
    ran.write(**{**TEXT, "imports": TEXT["imports"] + "import math\n", "figure_test": figure_test})
    assert build(ran.root, "toy", QUIET, full=True)
    ran.write(**{**TEXT, "experiment": f"{EXPERIMENT}{at_full}raise ValueError('no')\n"})
    with pytest.raises(PracticalsError, match="cell 6 raised ValueError: no"):
        build(ran.root, "toy", QUIET, full=True)


def test_a_notebook_that_is_too_large_names_its_largest_cells(ran, monkeypatch):
    monkeypatch.setattr(building, "MAX_BYTES", len((ran.root / PAGE).read_bytes()) - 1)
    before = ran.files()
    with pytest.raises(PracticalsError, match=rf"^{PAGE}: the notebook has .* the largest: "):
        build(ran.root, "toy", QUIET, full=True, force=True)
    assert ran.files() == before
    assert any(one.startswith(f"{PAGE}: ") and "the largest: " in one for one in found(ran))
    monkeypatch.setattr(building, "MAX_BYTES", len((ran.root / PAGE).read_bytes()) + 1)
    monkeypatch.setattr(authoring_full, "NOTE", NOTE * 10)
    with pytest.raises(PracticalsError, match=rf"^{RELEASE}: the notebook has .* the largest: "):
        ran.build()


def test_a_release_that_is_too_large_is_told(ran, monkeypatch):
    monkeypatch.setattr(building, "MAX_BYTES", 1)
    assert any(one.startswith(f"{RELEASE}: ") and "the largest: " in one for one in found(ran))


def test_a_path_of_the_data_is_refused(course, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    course.write(use='# %%\nprint("from", os.environ["COURSE_DATA_DIR"])\n')
    with pytest.raises(PracticalsError, match="the output of cell 5 holds a path of this machine"):
        course.build()


def test_the_folder_of_data_counts_for_the_full_run_alone(ran, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    said = '# %% tags=["experiment"]\nprint("data:", os.path.basename(os.environ["COURSE_DATA_DIR"]))\n'
    ran.write(**TEXT | {"experiment": said})
    build(ran.root, "toy", QUIET, full=True)
    built = nbformat.read(ran.text.with_suffix(".ipynb"), as_version=4)
    texts = [printed(one) for note in (built, release_of(ran)) for one in note.cells if one.get("outputs")]
    assert [text for text in texts if text.startswith("data:")] == ["data: \n", "data: data\n"]


def test_answers_in_outputs_of_the_full_run_are_leaks(ran):
    bank = ran.text.parent / "bank"
    bank.mkdir()
    (bank / "wrong.py").write_text("def add(a, b):\n    return -(-a - b)  # by way of the bank\n")
    says = 'print("return", "total_of_both\\nreturn -(-a - b)", " # by way of the bank")\n'
    ran.write(**{**TEXT, "experiment": EXPERIMENT + says})
    build(ran.root, "toy", QUIET, full=True)
    leaks = [one for one in found(ran) if "students must not see" in one]
    for path in (PAGE, RELEASE):
        assert any(one.startswith(path) and "cell 'add' of source/toy/toy.py" in one for one in leaks)
        assert any(one.startswith(path) and "toy/wrong.py of the bank" in one for one in leaks)


def test_a_page_of_no_practical_is_told(ran):
    (ran.root / PAGE).rename(full_path(ran.root, "other"))
    ran.build()
    assert found(ran) == ["docs/practicals/other.ipynb: it belongs to no practical in source/: remove it"]


def test_grading_takes_no_notice(ran):
    config = course_config(ran.root)
    with_outputs = release_of(ran)
    assignment = load_assignment(ran.notebook, config)
    assert not any(cell.get("outputs") for cell in assignment.released.cells)
    rebuilt = rebuild(assignment, with_outputs)
    (ran.root / PAGE).unlink()
    ran.build()
    assert rebuild(load_assignment(ran.notebook, config), release_of(ran)) == rebuilt
    without = copy.deepcopy(with_outputs)
    for cell in without.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    assert rebuild(load_assignment(ran.notebook, config), without) == rebuilt
    assert rebuilt.metadata.practicals == {"notes": [], "answered": 0}


def test_the_command_makes_it(course, practicals):
    course.write(**TEXT)
    said = practicals("build", "toy", "--full", cwd=course.root).stdout
    assert "toy: built" in said
    assert "measured at length" in course.release.read_text()
