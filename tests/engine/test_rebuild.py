"""What is executed is the instructor's notebook with the student's answers, whatever else was done to it."""

import itertools
import random

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import determine_grade
from toy_course import GOOD, cell_named, index_of

from autograder.engine.rebuild import STUDENT_CELL, _longest_rising_run, rebuild
from autograder.practical.cells import grade_id
from course_utils.results import RESULT_TYPE

ESSAY = {"why": "Because of n."}


def sources(notebook: NotebookNode, own: bool = True) -> list[str]:
    return [
        cell.source
        for cell in notebook.cells
        if own or STUDENT_CELL not in cell.metadata.get("practicals", {})
    ]


def graded_form(toy, answers: dict[str, str]) -> list[str]:
    """The cells that must be executed for these answers."""
    cells = toy.assignment.graded.cells
    return [answers.get(grade_id(cell) or "", cell.source) for cell in cells]


def notes(notebook: NotebookNode) -> str:
    return " ".join(notebook.metadata["practicals"]["notes"])


def test_answers_are_put_into_the_instructors_notebook(toy):
    rebuilt = rebuild(toy.assignment, toy.notebook(GOOD | ESSAY))
    assert sources(rebuilt) == graded_form(toy, GOOD | ESSAY)
    assert rebuilt.metadata["practicals"] == {"notes": [], "answered": 3}
    nbformat.validate(rebuilt)


def test_hidden_tests_are_back_and_solutions_are_not(toy):
    text = nbformat.writes(rebuild(toy.assignment, toy.notebook()))
    assert "the square of a secret number" in text
    assert "return x * x" not in text
    assert "Because of n." not in text


def test_an_untouched_notebook_has_no_answers(toy):
    rebuilt = rebuild(toy.assignment, toy.notebook())
    assert rebuilt.metadata["practicals"]["answered"] == 0
    assert sources(rebuilt) == graded_form(toy, {})


def test_outputs_that_were_handed_in_are_gone(toy):
    submitted = toy.notebook(GOOD)
    for cell in submitted.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("display_data", {RESULT_TYPE: {"version": 1}})]
    rebuilt = rebuild(toy.assignment, submitted)
    assert all(cell.outputs == [] for cell in rebuilt.cells if cell.cell_type == "code")


def test_white_space_around_a_stub_is_no_answer(toy):
    stub = cell_named(toy.notebook(), "why").source
    rebuilt = rebuild(toy.assignment, toy.notebook({"why": f"\n{stub}\n\n"}))
    assert cell_named(rebuilt, "why").source == stub
    assert rebuilt.metadata["practicals"]["answered"] == 0


def delete(name):
    return lambda notebook: notebook.cells.pop(index_of(notebook, name))


def duplicate(name):
    return lambda notebook: notebook.cells.append(notebook.cells[index_of(notebook, name)])


def move_to_top(name):
    return lambda notebook: notebook.cells.insert(0, notebook.cells.pop(index_of(notebook, name)))


def replace_source(name, source):
    return lambda notebook: cell_named(notebook, name).update(source=source)


def change_metadata(name, **changes):
    return lambda notebook: cell_named(notebook, name).metadata.nbgrader.update(changes)


def retype(name):
    return lambda notebook: cell_named(notebook, name).update(cell_type="markdown")


def reverse(notebook):
    notebook.cells.reverse()


def forget_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def forget_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"new-{number}"


def delete_given_code(notebook):
    del notebook.cells[1]


def change_notebook_metadata(notebook):
    notebook.metadata.update(kernelspec={"name": "evil", "display_name": "Evil"}, practicals={"notes": ["!"]})


MANIPULATIONS = [
    delete("square-test"), delete("numbers"), delete_given_code, duplicate("square-test"), duplicate("mean"),
    duplicate("numbers"), move_to_top("mean-test"), move_to_top("mean"), move_to_top("why"),
    replace_source("square-test", "3.0"), replace_source("numbers", "numbers = []"), retype("square-test"),
    retype("square"), retype("numbers"), change_metadata("square-test", points=100, grade=False),
    change_metadata("square", solution=False, locked=True), change_metadata("mean-test", solution=True),
    change_metadata("mean", schema_version=99, cell_type="raw"), reverse, forget_metadata, forget_ids,
    change_notebook_metadata,
]  # fmt: skip


@pytest.mark.parametrize("manipulate", MANIPULATIONS)
def test_manipulations_change_nothing_but_the_answers(toy, manipulate):
    notebook = toy.notebook(GOOD | ESSAY)
    manipulate(notebook)
    rebuilt = rebuild(toy.assignment, notebook)
    assert sources(rebuilt) == graded_form(toy, GOOD | ESSAY)
    plain = rebuild(toy.assignment, toy.notebook(GOOD | ESSAY))
    assert [cell.metadata for cell in rebuilt.cells] == [cell.metadata for cell in plain.cells]
    assert [cell.cell_type for cell in rebuilt.cells] == [cell.cell_type for cell in plain.cells]
    assert rebuilt.metadata.kernelspec == plain.metadata.kernelspec


@pytest.mark.parametrize("seed", range(30))
def test_any_mix_of_manipulations_changes_nothing_but_the_answers(toy, seed):
    # identity: the executed cells that are not the student's own depend on the answers alone
    chance = random.Random(seed)
    notebook = toy.notebook(GOOD | ESSAY)
    answers = {grade_id(cell): cell for cell in notebook.cells if grade_id(cell) in GOOD | ESSAY}
    others = [cell for cell in notebook.cells if grade_id(cell) not in answers]
    cells = [*answers.values(), *chance.choices(others, k=8)]
    cells += [new_code_cell(f"own_{number} = {number}") for number in range(chance.randrange(4))]
    chance.shuffle(cells)
    notebook.cells = cells
    rebuilt = rebuild(toy.assignment, notebook)
    assert sources(rebuilt, own=False) == graded_form(toy, GOOD | ESSAY)
    assert {source for source in sources(notebook) if source.startswith("own_")} <= set(sources(rebuilt))
    nbformat.validate(rebuilt)


def test_an_answer_cell_that_is_gone_counts_as_not_answered(toy):
    notebook = toy.notebook(GOOD)
    delete("square")(notebook)
    rebuilt = rebuild(toy.assignment, notebook)
    assert sources(rebuilt) == graded_form(toy, {"mean": GOOD["mean"]})
    assert rebuilt.metadata["practicals"]["answered"] == 1
    assert "“square” was missing: it counts as not answered" in notes(rebuilt)


def test_answers_are_found_by_cell_id_when_the_metadata_are_gone(toy):
    notebook = toy.notebook(GOOD)
    forget_metadata(notebook)
    assert rebuild(toy.assignment, notebook).metadata["practicals"]["answered"] == 2


@pytest.mark.parametrize(
    ("manipulate", "note"),
    [
        (delete("mean-test"), "test cell “mean-test” was missing: it was put back"),
        (replace_source("mean-test", "2"), "test cell “mean-test” was changed: the original was run"),
        (duplicate("mean-test"), "test cell “mean-test” was there 2 times: it counts once"),
        (replace_source("numbers", "numbers = []"), "given cell “numbers” was changed: the original was run"),
        (duplicate("mean"), "answer cell “mean” was there 2 times: the last answer counts"),
        (retype("mean"), "answer cell “mean” had become a markdown cell: it was taken as code again"),
    ],
)
def test_what_was_mended_is_said(toy, manipulate, note):
    notebook = toy.notebook(GOOD)
    manipulate(notebook)
    assert note in notes(rebuild(toy.assignment, notebook))


def test_of_several_answers_the_last_counts_and_earlier_ones_stay_before_it(toy):
    notebook = toy.notebook(GOOD)
    at = index_of(notebook, "mean")
    first = nbformat.from_dict(notebook.cells[at])
    first.source = "def helper(v):\n    return sum(v)"
    between = new_code_cell("between = helper([1])")
    notebook.cells[at:at] = [first, between]
    notebook.cells.append(cell_named(toy.notebook(), "mean"))  # an unanswered copy at the end
    rebuilt = rebuild(toy.assignment, notebook)
    at = index_of(rebuilt, "mean")
    assert sources(rebuilt)[at - 2 : at + 1] == [first.source, between.source, GOOD["mean"]]
    assert sources(rebuilt, own=False) == graded_form(toy, GOOD)


def test_own_cells_stay_behind_the_answer_that_they_followed(toy):
    notebook = toy.notebook(GOOD)
    notebook.cells.insert(index_of(notebook, "square") + 1, new_code_cell("after_square = 1"))
    notebook.cells.insert(index_of(notebook, "square-test") + 1, new_code_cell("after_test = 1"))
    notebook.cells.insert(0, new_markdown_cell("My name is written here"))
    rebuilt = sources(rebuild(toy.assignment, notebook))
    test = cell_named(toy.assignment.graded, "square-test").source
    assert rebuilt[:8] == [*sources(notebook)[:6], test, "after_test = 1"]


def test_own_cells_follow_a_moved_answer_back(toy):
    notebook = toy.notebook(GOOD)
    answer = notebook.cells.pop(index_of(notebook, "square"))
    notebook.cells += [answer, new_code_cell("uses_square = square(2)")]
    rebuilt = rebuild(toy.assignment, notebook)
    assert sources(rebuilt)[index_of(rebuilt, "square") + 1] == "uses_square = square(2)"


def test_a_moved_test_cell_does_not_drag_the_imports_behind_it(toy):
    notebook = toy.notebook(GOOD)
    move_to_top("mean-test")(notebook)
    notebook.cells.insert(1, new_code_cell("import statistics"))
    rebuilt = rebuild(toy.assignment, notebook)
    assert sources(rebuilt)[0] == "import statistics"


def test_an_import_added_to_a_given_cell_is_not_lost(toy):
    notebook = toy.notebook(GOOD)
    given = notebook.cells[1].source
    notebook.cells[1].source = f"{given}\nimport statistics"
    rebuilt = rebuild(toy.assignment, notebook)
    assert sources(rebuilt)[1:3] == [given, f"{given}\nimport statistics"]
    assert "A given cell was changed (“import numpy as np”)" in notes(rebuilt)


def test_an_edited_experiment_is_left_out(toy):
    notebook = toy.notebook(GOOD)
    notebook.cells[5].source = "a long experiment"
    assert "a long experiment" not in sources(rebuild(toy.assignment, notebook))


def test_own_cells_bring_no_metadata_and_no_outputs(toy):
    notebook = toy.notebook(GOOD)
    own = new_code_cell(
        "1 + 1", metadata={"tags": ["experiment"], "nbgrader": {"grade_id": "forged", "points": 9}}
    )
    own.outputs = [nbformat.v4.new_output("stream", text="9")]
    notebook.cells.append(own)
    cell = rebuild(toy.assignment, notebook).cells[-1]
    assert (cell.source, cell.outputs, cell.metadata) == ("1 + 1", [], {"practicals": {STUDENT_CELL: True}})


def test_images_of_an_essay_stay_and_other_attachments_do_not(toy):
    notebook = toy.notebook(GOOD | ESSAY)
    images = {"plot.png": {"image/png": "AAAA"}}
    cell_named(notebook, "why").attachments = {**images, "page.html": {"text/html": "<script>"}, "bad": 3}
    assert cell_named(rebuild(toy.assignment, notebook), "why").attachments == {**images, "page.html": {}}


@pytest.mark.parametrize(
    "cell",
    [
        {}, "text", None, 7, {"cell_type": "code"}, {"cell_type": "widget", "source": "x"},
        {"cell_type": "code", "source": ["a = 1\n", "b = 2"], "metadata": None},
        {"cell_type": "code", "source": {"a": 1}, "metadata": {"nbgrader": {"grade_id": ["square"]}}},
        {"cell_type": "code", "source": "x", "id": "no id/at all", "metadata": {"nbgrader": "text"}},
        {"cell_type": "code", "source": "x", "id": "square-test-2" * 20, "metadata": {}},
    ],
)  # fmt: skip
def test_malformed_cells_harm_nothing(toy, cell):
    notebook = toy.notebook(GOOD)
    notebook.cells.insert(3, cell)
    rebuilt = rebuild(toy.assignment, notebook)
    assert sources(rebuilt, own=False) == graded_form(toy, GOOD)
    nbformat.validate(rebuilt)


def test_own_cells_with_the_ids_of_ours_get_new_ones(toy):
    notebook = toy.notebook(GOOD)
    for name in ("forged", "also-forged"):
        notebook.cells.append(new_code_cell("x = 1", metadata={"nbgrader": {"grade_id": name}}))
        notebook.cells[-1]["id"] = "square-test"
    rebuilt = rebuild(toy.assignment, notebook)
    ids = [cell["id"] for cell in rebuilt.cells]
    assert len(set(ids)) == len(ids)
    assert cell_named(rebuilt, "square-test")["id"] == "square-test"


def test_the_longest_rising_run_is_longest_and_rises():
    for positions in itertools.product(range(4), repeat=5):
        run = sorted(_longest_rising_run(list(positions)))
        values = [positions[index] for index in run]
        assert values == sorted(set(values))
        longest = max(
            length
            for length in range(6)
            for chosen in itertools.combinations(positions, length)
            if list(chosen) == sorted(set(chosen))
        )
        assert len(run) == longest


def with_cells_below(notebook, name, *cells):
    at = index_of(notebook, name) + 1
    notebook.cells[at:at] = cells
    return notebook


def test_an_essay_written_below_its_untouched_cell_is_left_to_a_person(toy):
    first, second = new_markdown_cell("Because of *n*."), new_markdown_cell("And of m.")
    notebook = with_cells_below(toy.notebook(GOOD), "why", first, second, new_code_cell("1 + 1"))
    rebuilt = rebuild(toy.assignment, notebook)
    essay = cell_named(rebuilt, "why")
    assert essay.source == "Because of *n*.\n\nAnd of m."
    assert determine_grade(essay) == (None, 4)  # a person's to give
    assert rebuilt.metadata["practicals"]["answered"] == 3
    assert [cell.source for cell in rebuilt.cells].count("And of m.") == 0
    assert rebuilt.cells[-1].source == "1 + 1"
    assert "The answer “why” stood in a cell below its own: it was taken from there." in notes(rebuilt)


def test_an_essay_with_an_answer_keeps_it_and_what_follows(toy):
    notebook = with_cells_below(
        toy.notebook({**GOOD, "why": "Because."}), "why", new_markdown_cell("A note of mine")
    )
    rebuilt = rebuild(toy.assignment, notebook)
    assert cell_named(rebuilt, "why").source == "Because."
    assert rebuilt.cells[-1].source == "A note of mine"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_change_no_cell(toy, end):
    notebook = toy.notebook(GOOD)
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", end)
    rebuilt = rebuild(toy.assignment, notebook)
    assert rebuilt.cells == rebuild(toy.assignment, toy.notebook(GOOD)).cells
    assert notes(rebuilt) == ""
