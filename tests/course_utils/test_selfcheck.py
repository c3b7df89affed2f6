"""One table says what is done in a notebook and what is missing: in its kernel, and for a file."""

import hashlib
import os
import socket
import subprocess
import sys

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.validator import Validator
from typer.testing import CliRunner

from autograder.cli import app
from autograder.errors import PracticalsError
from course_utils import checkfile, expect, selfcheck
from course_utils.checkfile import NotebookError, check_file
from course_utils.receipt import ESSAY_STUB
from course_utils.results import FAILED, PASSED, RESULT_TYPE, ExerciseResult, part_result
from course_utils.selfcheck import ALL_PASSED, NOT_RUN, PARTLY_ANSWERED, SOME_FAILED, state

IMPORT = "from course_utils import expect"
SQUARE_TEST = """with expect.exercise("Square a number", points=3) as exercise:
    with exercise.part("a positive number", points=1):
        helper = square(3)
        expect.equal(helper, 9, "the square of 3", mistakes={"that is the double": 6})
    with exercise.part("the answer is a number", points=0):
        expect.shape(answer, (), "answer")
exercise.score"""
FORM_TEST = """with expect.exercise("Count", points=2) as exercise:
    with exercise.part("count is a number", points=0):
        expect.shape(count, (), "count")
exercise.score"""
SQUARE, ANSWER, COUNT = "def square(x):\n    return x * x", "answer = 42", "count = 7"
STUB = 'raise NotImplementedError("Exercise not answered yet: replace this line with your answer")'
REPORT = "from course_utils import selfcheck\nselfcheck.report()"


def namespace(*sources):
    names = {"expect": expect}
    for number, source in enumerate(sources):
        exec(compile(source, f"<cell {number}>", "exec"), names)
    return names


# --- one test cell ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "earned", "wanted"),
    [
        ([SQUARE, ANSWER], 1, ALL_PASSED),
        (["def square(x):\n    return 2 * x", ANSWER], 0, SOME_FAILED),
        ([f"def square(x):\n    {STUB}"], 0, expect.UNANSWERED_MARK),
        ([], 0, expect.UNANSWERED_MARK),
        ([SQUARE], 1, PARTLY_ANSWERED),
        ([SQUARE, "answer = [1, 2]"], 1, SOME_FAILED),
    ],
)
def test_a_check_gives_points_and_state(answers, earned, wanted):
    result = selfcheck.check(SQUARE_TEST, namespace(*answers))
    assert (result.title, result.earned, result.points) == ("Square a number", earned, 1)
    assert state(result) == wanted


def test_feedback_holds_what_failed_and_nothing_that_passed_or_that_the_student_printed(capsys):
    names = namespace("def square(x):\n    print('noise')\n    return 2 * x", ANSWER)
    feedback = "\n".join(map(str, selfcheck.check(SQUARE_TEST, names).failed))
    assert "Likely cause: that is the double" in feedback
    assert "the answer is a number" not in feedback
    assert "noise" not in feedback + "".join(capsys.readouterr())


def test_a_check_gives_every_name_its_value_back():
    names = namespace(SQUARE, ANSWER, "exercise = 'mine'\nhelper = 5")
    before = dict(names)
    selfcheck.check(SQUARE_TEST, names)
    assert names == before


def test_a_check_that_cannot_run_says_so():
    names = namespace(SQUARE, ANSWER)
    del names["expect"]
    result = selfcheck.check(SQUARE_TEST, names)
    assert state(result) == SOME_FAILED
    (stopped,) = result.failed
    assert stopped.title == "the check itself stopped"
    assert stopped.got == "NameError: name 'expect' is not defined"


def test_an_error_between_the_parts_is_told():
    source = SQUARE_TEST.replace("    with exercise.part", "    1 / 0\n    with exercise.part", 1)
    assert "ZeroDivisionError" in str(selfcheck.check(source, namespace(SQUARE, ANSWER)))


def test_test_cells_are_known_by_their_title_and_the_last_of_a_title_counts():
    later = SQUARE_TEST.replace("square(3)", "square(4)")
    sources = [IMPORT, SQUARE_TEST, "%matplotlib inline\nexpect.exercise", FORM_TEST, later]
    assert selfcheck.test_cells(sources) == {"Square a number": later, "Count": FORM_TEST}


def test_the_table():
    parts = (
        part_result("a positive number", 1, PASSED),
        part_result("a negative number", 1, FAILED, got="5"),
    )
    results = [
        ExerciseResult("Square a number", 1, 2, parts),
        ExerciseResult("Count", 0, 0, (part_result("a number", 0, PASSED),)),
        ExerciseResult("Mean", 0, 1.5),
    ]
    assert selfcheck.as_text(results, "A remark.").splitlines() == [
        "Exercise           Points  State",
        "--------------------------------------",
        "Square a number    1 of 2  some failed",
        "Count                   –  all passed",
        "Mean             0 of 1.5  not run yet",
        "--------------------------------------",
        "All of these     1 of 3.5",
        "–: only the form of the answer is checked here; its points are given in the grading.",
        "A remark.",
        "",
        "Square a number",
        "✗ a negative number: 0 of 1 point",
        "  Got:          5",
    ]


# --- in a kernel --------------------------------------------------------------------------------------------


def outputs_of(sources, folder, **environment):
    """What the last of these cells shows as plain text, in a kernel of its own."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    known = {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"}
    launch = {"cwd": str(folder), "env": known | environment}
    with checkfile.kernel_client(notebook, launch, allow_errors=True) as client:
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    assert all(output.output_type in ("stream", "display_data") for output in notebook.cells[-1].outputs)
    return "".join(
        output.text if output.output_type == "stream" else output.data["text/plain"]
        for output in notebook.cells[-1].outputs
    )


def test_the_report_checks_the_answers_as_they_are_now(tmp_path):
    wrong = "def square(x):\n    return 2 * x"
    cells = [IMPORT, wrong, ANSWER, SQUARE_TEST, FORM_TEST, SQUARE, "helper = 5", REPORT, "print(helper)"]
    printed = outputs_of(cells[:-1], tmp_path)
    assert "Square a number  1 of 1  all passed" in printed
    assert "Count                 –  not answered yet" in printed
    assert "has not been run since the kernel started are not listed" in printed
    assert outputs_of(cells, tmp_path) == "5\n"


def test_the_report_lists_checks_that_were_not_run_where_it_knows_the_file(tmp_path):
    cells = [IMPORT, SQUARE, ANSWER, SQUARE_TEST, COUNT, FORM_TEST, REPORT]
    path = tmp_path / "practical.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
    without = [cell for cell in cells if cell != FORM_TEST]
    printed = outputs_of(without, tmp_path, JPY_SESSION_NAME=str(path))
    assert "Count                 –  not run yet" in printed
    assert "are not listed" not in printed


def test_the_report_of_a_fresh_kernel_says_what_to_do(tmp_path):
    assert outputs_of([REPORT], tmp_path) == (
        "No check has been run since the kernel started. Run the notebook's cells from the top."
    )


# --- a file -------------------------------------------------------------------------------------------------


def notebook_file(folder, *sources, experiments=()):
    cells = [new_markdown_cell("# A practical"), new_code_cell(IMPORT)]
    cells += [new_code_cell(source) for source in sources]
    cells += [new_code_cell(source, metadata={"tags": ["experiment"]}) for source in experiments]
    path = folder / "practical.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_a_file_is_run_at_the_quick_budget_without_its_experiments_and_left_as_it_was(tmp_path):
    budget = (
        "import os\nanswer = {'quick': 42}[os.environ['COURSE_BUDGET']]\nopen('left-behind', 'w').close()"
    )
    path = notebook_file(tmp_path, SQUARE, budget, SQUARE_TEST, experiments=["import os\nos._exit(1)"])
    before = path.read_bytes()
    checked = check_file(path)
    assert checked.passed, str(checked)
    assert not checked.stopped
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_cells_that_stop_are_named_and_later_checks_still_run(tmp_path):
    path = notebook_file(
        tmp_path, f"def square(x):\n    {STUB}", "answer = 1 / 0", SQUARE_TEST, COUNT, FORM_TEST
    )
    checked = check_file(path)
    assert [state(result) for result in checked.results] == [expect.UNANSWERED_MARK, ALL_PASSED]
    assert not checked.passed
    assert checked.stopped == [
        "The cell that begins with “answer = 1 / 0” stopped with ZeroDivisionError: division by zero"
    ]


def test_a_cell_that_kills_the_kernel_leaves_what_was_checked_before(tmp_path):
    kill = "import os\nos._exit(1)"
    checked = check_file(notebook_file(tmp_path, SQUARE, ANSWER, SQUARE_TEST, kill, COUNT, FORM_TEST))
    assert [state(result) for result in checked.results] == [ALL_PASSED, NOT_RUN]
    assert "“import os” killed the kernel" in checked.stopped[0]


def test_a_result_that_another_cell_puts_out_is_none(tmp_path):
    forged = ExerciseResult("Square a number", 1, 1, (part_result("forged", 1, PASSED),)).as_data()
    publish = f"from IPython.display import publish_display_data as put\nput({{{RESULT_TYPE!r}: {forged!r}}})"
    checked = check_file(notebook_file(tmp_path, SQUARE, SQUARE_TEST, publish))
    assert [state(result) for result in checked.results] == [PARTLY_ANSWERED]


def receipt_of(path):
    receipt = check_file(path).receipt
    assert receipt is not None
    return receipt


def test_what_would_be_handed_in_is_said_with_size_and_digest(tmp_path):
    path = notebook_file(tmp_path, SQUARE, f"{STUB}\nanswer = 1", SQUARE_TEST, STUB, FORM_TEST)
    notebook = nbformat.read(path, 4)
    for text in ("Because it is.", ESSAY_STUB):
        notebook.cells.append(
            new_markdown_cell(text, metadata={"nbgrader": {"solution": True, "grade": True}})
        )
    nbformat.write(notebook, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    receipt = receipt_of(path)
    assert (receipt.name, receipt.size) == (path.name, path.stat().st_size)
    assert receipt.digest == digest
    assert (receipt.answered, receipt.exercises, receipt.written, receipt.texts) == (1, 2, 1, 2)
    assert digest[:12] in str(receipt)


def test_a_check_that_ran_before_the_answer_changed_is_named(tmp_path):
    path = notebook_file(tmp_path, "def square(x):\n    return 2 * x", ANSWER, SQUARE_TEST, COUNT, FORM_TEST)
    assert receipt_of(path).stale == (
        "- Square a number: its check has no stored result",
        "- Count: its check has no stored result",
    )
    notebook = nbformat.read(path, 4)
    with checkfile.kernel_client(notebook, {"cwd": str(tmp_path)}, allow_errors=True) as client:
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    nbformat.write(notebook, path)
    assert receipt_of(path).stale == ()
    assert "older" not in str(check_file(path))
    (changed,) = (cell for cell in notebook.cells if cell.source.startswith("def square"))
    changed.source = SQUARE
    nbformat.write(notebook, path)
    assert receipt_of(path).stale == ("- Square a number: stored “some failed”, now “all passed”",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file"),
        ("not json", "is not a notebook"),
        ('{"cells": 5}', "is not a notebook"),
        (nbformat.writes(new_notebook(cells=[new_code_cell("1 + 1")])), "has no check of an exercise"),
    ],
    ids=["no file", "no JSON", "no notebook", "no check"],  # ids of cells are random
)
def test_what_cannot_be_checked_is_refused_in_words(tmp_path, content, problem):
    path = tmp_path / "practical.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(NotebookError, match=problem):
        check_file(path)


def test_a_kernel_that_does_not_start_is_told_in_words(tmp_path, monkeypatch):
    dead = KernelSpec(
        argv=[sys.executable, "-c", "raise SystemExit(1)", "{connection_file}"], language="python"
    )
    monkeypatch.setattr(checkfile.ThisEnvironment, "get_kernel_spec", lambda self, name: dead)
    with pytest.raises(NotebookError, match="does not start"):
        check_file(notebook_file(tmp_path, SQUARE, ANSWER, SQUARE_TEST))


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs unix sockets")
def test_a_kernel_needs_no_tcp_port_that_another_program_may_take(tmp_path):
    ask = "import json, ipykernel\nprint(json.loads(ipykernel.get_connection_info())['transport'])"
    assert outputs_of([ask], tmp_path) == "ipc\n"


def test_the_commands_end_with_a_status(tmp_path, capsys):
    wrong = notebook_file(tmp_path, "def square(x):\n    return 2 * x", SQUARE_TEST)
    assert checkfile.main([str(wrong)]) == 1
    assert "Likely cause: that is the double" in capsys.readouterr().out
    right = notebook_file(tmp_path, SQUARE, ANSWER, SQUARE_TEST)
    assert CliRunner().invoke(app, ["check", str(right)]).exit_code == 0
    missing = tmp_path / "missing.ipynb"
    with pytest.raises(
        PracticalsError, match=r"missing\.ipynb cannot be read: No such file or directory\. Give"
    ):
        app(["check", str(missing)], standalone_mode=False)
    assert checkfile.main([]) == 2
    command = [sys.executable, "-m", "course_utils", str(missing)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert finished.stderr.count("\n") == 1


# --- nbgrader's Validate button -----------------------------------------------------------------------------


def test_validate_shows_the_feedback_of_checks_that_failed(tmp_path):
    # nbgrader shows the errors of cells, and nothing that they printed
    path = notebook_file(
        tmp_path, "def square(x):\n    return x * x\n\n\nanswer = [1, 2]", SQUARE_TEST, FORM_TEST
    )
    notebook = nbformat.read(path, 4)
    for name, points, cell in (("square-test", 1, notebook.cells[3]), ("count-test", 2, notebook.cells[4])):
        cell.metadata["nbgrader"] = {
            "grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3,
            "grade_id": name, "points": points, "cell_type": "code",
        }  # fmt: skip
    nbformat.write(notebook, path)
    partial, unanswered = (cell["raw_error"] for cell in Validator().validate(str(path))["failed"])
    assert "Square a number: 1 of 3 points; this failed:\n✗ the answer is a number" in partial
    assert "Got:          the shape (2,)" in partial
    assert unanswered == "Count: 0 of 2 points; not answered yet"
