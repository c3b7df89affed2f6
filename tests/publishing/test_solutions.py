"""Solutions for students: not before the due date, whole answers with outputs, and no mark scheme."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from toy_course import MEAN_TEST, SQUARE, ToyCourse, given_cell, new_toy, test_cell, toy_cells

from autograder.errors import PracticalsError
from autograder.grading.course import Course
from autograder.practical.notebooks import read_notebook
from autograder.publishing.solutions import solutions

NOW = datetime.now(UTC).replace(tzinfo=None)
HOUR = timedelta(hours=1)
WITH_REASONS = """with expect.exercise("Square a number", points=2) as exercise:
    with exercise.part("a positive number", points=1):
        expect.equal(square(3), 9, "the square of 3", step="Seen by everybody.")
    ### BEGIN HIDDEN TESTS
    with exercise.part("a negative number", points=1):
        for number in (-4, -5):
            expect.equal(
                square(number), number * number, "the square of a negative number",
                mistakes={"the sign was kept": -number * number, f"not {number} written out": 0},
                cause="abs() is missing", step="Multiply the number by itself.",
            )
    ### END HIDDEN TESTS
exercise.score"""


def course_of(toy: ToyCourse) -> Course:
    return Course(toy.root, "toy", toy.root, toy.submitted)


def written(course: Course, folder: Path, **options: bool) -> nbformat.NotebookNode:
    return read_notebook(solutions(course, folder, **options).path)


def with_due_date(course: Course, due: datetime | None, extension: timedelta | None = None) -> None:
    course.gradebook.make()
    with course.gradebook.open() as book:
        book.update_or_create_assignment("toy", duedate=due)
        book.update_or_create_student("ann")
        book.update_or_create_submission("toy", "ann").extension = extension
        book.db.commit()


@pytest.mark.parametrize(
    ("due", "extension", "refusal"),
    [
        (NOW + HOUR, None, "toy can be handed in until"),
        (NOW - HOUR, 2 * HOUR, "ann has time until"),
        (NOW - HOUR, None, None),
        (NOW - 3 * HOUR, 2 * HOUR, None),
        (None, None, None),
    ],
)
def test_not_while_somebody_may_hand_in(toy, tmp_path, due, extension, refusal):
    course, folder = course_of(toy), tmp_path / "solutions"
    with_due_date(course, due, extension)
    if refusal:
        with pytest.raises(PracticalsError, match=refusal):
            solutions(course, folder)
        assert not folder.exists()
    assert solutions(course, folder, early=bool(refusal)).path.is_file()


def test_answers_outputs_and_hidden_checks_with_their_reasons(tmp_path):
    cells = toy_cells()
    cells[4] = test_cell("square-test", WITH_REASONS, 2)
    cells[7] = given_cell("numbers", "print('the output of', 3)")
    cells[7].outputs = [nbformat.v4.new_output("stream", text="the output of 3\n")]
    course = course_of(new_toy(tmp_path / "course", cells))
    notebook = written(course, tmp_path)
    sources = [cell.source for cell in notebook.cells]
    assert SQUARE.replace("    ### BEGIN SOLUTION\n", "").replace("\n    ### END SOLUTION", "") in sources
    assert "**A model answer.** Because of n." in sources
    everything = nbformat.writes(notebook)
    assert "the output of 3" in everything
    for of_graders in ("BEGIN", "MARK SCHEME", "a secret rubric", "grade_id", "nbgrader"):
        assert of_graders not in everything
    tests = next(source for source in sources if source.startswith("with expect.exercise"))
    seen, _, hidden = tests.partition("    # hidden in your notebook, from here …\n")
    assert "a positive number" in seen
    assert "for number in (-4, -5)" in hidden.partition("    # … to here")[0]
    reasons = sources[sources.index(tests) + 1]
    assert reasons.split("\n") == [
        "**What was hidden here, and why**",
        "",
        "*a negative number (1 point)*",
        "",
        "- the square of a negative number  ",
        "  Recognised as a mistake: the sign was kept.  ",
        "  Likely cause: abs() is missing.  ",
        "  Advice: Multiply the number by itself.",
    ]
    assert sources[next(i for i, one in enumerate(sources) if "mean([10" in one) + 1].endswith(
        "- the mean of unequal numbers"
    )


def test_where_nothing_is_hidden_nothing_is_said(tmp_path):
    cells = toy_cells()
    cells[9] = test_cell("mean-test", MEAN_TEST.partition("\n### BEGIN")[0], 2)
    sources = [one.source for one in written(course_of(new_toy(tmp_path / "course", cells)), tmp_path).cells]
    assert sources[sources.index("assert mean([1, 2, 3]) == 2") + 1] == "## In words"


@pytest.mark.slow
def test_the_notebook_runs_as_it_is(toy, tmp_path):
    notebook = written(course_of(toy), tmp_path)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    shown = [
        output["data"] for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output
    ]
    assert any("✓ a negative number: 2 of 2 points" in data.get("text/plain", "") for data in shown)


def test_an_edited_text_or_a_missing_notebook_is_refused(built, tmp_path):
    def course() -> Course:
        return Course(built.root, "toy", built.root, built.root / "submitted")

    assert written(course(), tmp_path).cells
    built.text.write_text(built.text.read_text() + "\n# %%\nprint('new')\n")
    with pytest.raises(PracticalsError, match="was edited since its notebook was built"):
        solutions(course(), tmp_path)
    built.notebook.unlink()
    with pytest.raises(PracticalsError, match="practicals build toy"):
        solutions(course(), tmp_path)


def test_the_command_says_where_the_notebook_is_and_that_no_date_is_known(toy, practicals):
    said = practicals("solutions", "toy", cwd=toy.root).stdout
    assert "build/solutions/toy-solutions.ipynb" in said
    assert "No due date of toy is recorded" in said
