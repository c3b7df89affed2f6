"""Limits count processor time: a busy machine costs nobody a mark, and who lost one to a limit is told so."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_course import ANSWER, BUILD, HONEST, POINTS, SCALE, feedback, graded, scores
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine import split
from autograder.engine.inside.processor import seconds_below
from autograder.engine.limits import (
    CALL_CLOCK_LIMIT,
    CALL_TIME_LIMIT,
    CELL_CLOCK_LIMIT,
    CELL_TIME_LIMIT,
    INCIDENTS,
    LIMIT_TYPE,
    Limits,
    incidents,
)
from autograder.engine.rebuild import STUDENT_CELL
from autograder.practical.cells import grade_id

BURNERS, BURN_SECONDS = 8, 60
BURN = f"import time\nend = time.monotonic() + {BURN_SECONDS}\nwhile time.monotonic() < end: pass"
QUICKLY = Limits(cell_seconds=1)
CHILDREN_WORK = """
import subprocess, sys
while True:
    subprocess.run([sys.executable, "-S", "-c", "import time\\nwhile time.process_time() < 0.3: pass"])
"""
NOTHING = dict.fromkeys(POINTS, 0.0)
ENDS_INTERRUPTS = "try:\n    while True: pass\nexcept BaseException: print('I go on')"


@pytest.fixture(params=["forked", "plain"])
def executed(request, monkeypatch) -> Callable[[str, Limits], NotebookNode]:
    """A function that executes code as a notebook of one cell."""
    if request.param == "forked":
        parent = request.getfixturevalue("parent")
        monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)

    def execute(code: str, limits: Limits) -> NotebookNode:
        notebook = new_notebook(cells=[new_code_cell(code, metadata={"practicals": {STUDENT_CELL: True}})])
        if request.param == "plain":
            with tempfile.TemporaryDirectory() as folder:
                return split.execute_in_one_kernel(notebook, limits, Path(folder))
        return split.execute_notebook(notebook, limits, {})

    return execute


@pytest.fixture
def shared_parent(parent, monkeypatch):
    monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)


def last_error(notebook: NotebookNode) -> str | None:
    """Name of the error that the first cell ends in."""
    outputs = notebook.cells[0].outputs
    return outputs[-1].get("ename") if outputs else None


def test_processor_time_counts_descendants_that_live_and_that_were_waited_for():
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    before = seconds_below(os.getpid())
    subprocess.run([sys.executable, "-S", "-c", burn], check=True)
    with_reaped = seconds_below(os.getpid())
    assert with_reaped - before >= 0.38  # the system counts in hundredths, downwards
    waits = (
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-S', '-c', {burn!r}])\nprint()\ninput()"
    )
    with subprocess.Popen([sys.executable, "-S", "-c", waits], stdin=-1, stdout=-1) as living:
        assert living.stdout is not None
        living.stdout.readline()
        assert seconds_below(os.getpid()) - with_reaped >= 0.38
        living.communicate(b"\n")


@pytest.mark.parametrize("code", ["while True: pass", CHILDREN_WORK, ENDS_INTERRUPTS])
def test_what_works_for_too_long_is_ended_whoever_does_the_work(executed, code):
    notebook = executed(code, QUICKLY)
    assert last_error(notebook) == CELL_TIME_LIMIT
    assert "1 s of processor time" in notebook.cells[0].outputs[-1].evalue
    assert incidents(notebook) == [f"{INCIDENTS[CELL_TIME_LIMIT]}: 1"]


def test_what_waits_has_ten_times_as_long(executed):
    waits = executed("import time; time.sleep(3); print('slept')", Limits(cell_seconds=1))
    assert [output.text for output in waits.cells[0].outputs] == ["slept\n"]
    endless = executed("import time; time.sleep(600)", Limits(cell_seconds=1))
    assert last_error(endless) == CELL_CLOCK_LIMIT
    assert "10 s by the clock" in endless.cells[0].outputs[-1].evalue


def test_a_notebook_whose_clock_runs_out_stops_the_cell_that_waits_and_leaves_its_processor_time_alone(
    executed,
):
    """Time by the clock that has passed is not processor time: a busy machine shortens nobody's loop."""
    waits = executed("import time; time.sleep(600)", Limits(cell_seconds=20, notebook_seconds=1))
    assert last_error(waits) == CELL_CLOCK_LIMIT
    works = executed(
        "import time\ntime.sleep(4)\nwhile True: pass", Limits(cell_seconds=60, notebook_seconds=4)
    )
    assert last_error(works) == CELL_TIME_LIMIT
    assert "more than 4 s of processor time" in works.cells[0].outputs[-1].evalue


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        ("while True: pass", CALL_TIME_LIMIT, "seconds of processor time"),
        ("import time; time.sleep(600)", CALL_CLOCK_LIMIT, "seconds by the clock"),
    ],
)
def test_a_call_that_is_stopped_costs_its_own_parts_and_is_named(shared_parent, tmp_path, body, name, words):
    answers = {"scale": f"def scale(x):\n    {body}", "count": ANSWER}
    notebook = graded(answers, tmp_path, limits=Limits(cell_seconds=2))
    assert scores(notebook) == {**NOTHING, "count-test": POINTS["count-test"]}
    said = " ".join(feedback(notebook, "scale-test").split())
    assert "your code did not return within" in said
    assert words in said
    (test,) = (cell for cell in notebook.cells if grade_id(cell) == "scale-test")
    assert [o.data[LIMIT_TYPE] for o in test.outputs if LIMIT_TYPE in o.get("data", {})] == [name]
    assert incidents(notebook) == [f"{INCIDENTS[name]}: 1"]


def test_a_call_may_wait_longer_than_it_may_work(shared_parent, tmp_path):
    waits = SCALE.replace("    return", "    import time; time.sleep(3)\n    return")
    notebook = graded({"scale": waits}, tmp_path, limits=Limits(cell_seconds=2))
    assert scores(notebook) == {**NOTHING, "scale-test": POINTS["scale-test"]}
    assert incidents(notebook) == []


def test_a_name_whose_cell_was_stopped_is_not_called_unanswered(shared_parent, tmp_path):
    for killer, why in (("while True: pass", "processor time"), ("import os; os._exit(3)", "exit status 3")):
        notebook = graded({"build": f"{killer}\n{BUILD}"}, tmp_path, limits=Limits(cell_seconds=2))
        said = " ".join(feedback(notebook, "build-test").split())
        assert "not answered" not in said
        assert "the cell that defines `build` did not come to its end" in said
        assert why in said


def test_a_student_cannot_say_that_a_call_was_stopped(shared_parent, tmp_path):
    forge = f"display({{{LIMIT_TYPE!r}: 'CallTimeLimit'}}, raw=True)"
    assert incidents(graded({"scale": SCALE, "train": forge}, tmp_path, extra=forge)) == []


@pytest.mark.slow
def test_beside_a_heavy_load_an_honest_submission_has_the_marks_of_a_quiet_machine(shared_parent, tmp_path):
    burners = [subprocess.Popen([sys.executable, "-S", "-c", BURN]) for _ in range(BURNERS)]
    try:
        notebook = graded(HONEST, tmp_path, limits=Limits(cell_seconds=6, notebook_seconds=60))
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    assert scores(notebook) == POINTS
    assert incidents(notebook) == []
