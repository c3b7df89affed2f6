"""Executing a submission: what its code sees, and what becomes of loops, deaths and floods."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from loops import LOOP
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade
from toy_course import GOOD, cell_named, exercise_cell, test_cell

from autograder.engine import side
from autograder.engine.limits import (
    CELL_TIME_LIMIT,
    INCIDENTS,
    KERNEL_DIED,
    NOTEBOOK_TIME_LIMIT,
    TOO_MUCH_OUTPUT,
    Limits,
    incidents,
)
from autograder.engine.rebuild import STUDENT_CELL, rebuild
from autograder.engine.split import NOT_RUN, execute_in_one_kernel

USUAL = Limits()
QUICKLY = Limits(cell_seconds=1)
IGNORE_INTERRUPTS = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"


def executed(cells: list, folder: Path, limits: Limits = USUAL) -> NotebookNode:
    own = {"practicals": {STUDENT_CELL: True}}
    cells = [new_code_cell(cell, metadata=own) if isinstance(cell, str) else cell for cell in cells]
    return execute_in_one_kernel(new_notebook(cells=cells), limits, folder)


def printed(cell: NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def errors(cell: NotebookNode) -> list[str]:
    return [output.ename for output in cell.outputs if output.output_type == "error"]


def test_the_notebook_sees_the_quick_budget_this_python_and_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "full")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    folder = tmp_path / "work"
    folder.mkdir()
    notebook = executed(
        [
            "import os, sys; print(os.environ['COURSE_BUDGET'], 'NBGRADER_EXECUTION' in os.environ)",
            "print(sys.executable, os.getcwd(), os.listdir())",
            "print(get_ipython().history_manager.hist_file)",
        ],
        folder,
    )
    assert printed(notebook.cells[0]) == "quick False\n"
    assert printed(notebook.cells[1]) == f"{sys.executable} {folder} []\n"
    assert printed(notebook.cells[2]) == ":memory:\n"


def test_outputs_stay_in_order_and_the_original_is_not_changed(tmp_path):
    original = new_notebook(cells=[new_code_cell("print(1)\nprint(2)\ndisplay('shown')\n3")])
    outputs = execute_in_one_kernel(original, Limits(), tmp_path).cells[0].outputs
    assert [output.output_type for output in outputs] == ["stream", "display_data", "execute_result"]
    assert outputs[0].text == "1\n2\n"
    assert original.cells[0].outputs == []


def test_experiments_do_not_run(toy, tmp_path):
    notebook = execute_in_one_kernel(rebuild(toy.assignment, toy.notebook(GOOD)), Limits(), tmp_path)
    experiment = notebook.cells[5]
    assert printed(experiment) == NOT_RUN
    assert not (tmp_path / "experiment-ran").exists()


def test_what_a_test_cell_writes_on_stderr_costs_nothing(tmp_path):
    answer = "import sys\ndef f():\n    print('a', file=sys.stderr)\n    return 1"
    cells = [exercise_cell("f", answer), test_cell("f-test", "assert f() == 1\nprint('c')", 2)]
    cell = executed(cells, tmp_path).cells[1]
    assert determine_grade(cell) == (2, 2)
    assert {"a", "c"} <= set(printed(cell).split())
    assert {output.name for output in cell.outputs} == {"stdout"}


def test_an_endless_loop_costs_only_its_own_exercise(toy, tmp_path):
    answers = {**GOOD, "square": LOOP}
    notebook = execute_in_one_kernel(rebuild(toy.assignment, toy.notebook(answers)), QUICKLY, tmp_path)
    assert errors(cell_named(notebook, "square")) == ["KeyboardInterrupt", CELL_TIME_LIMIT]
    assert determine_grade(cell_named(notebook, "square-test"))[0] == 0
    assert determine_grade(cell_named(notebook, "mean-test"))[0] == 2
    assert incidents(notebook) == [f"{INCIDENTS[CELL_TIME_LIMIT]}: 1"]


@pytest.mark.parametrize(
    ("killer", "error"),
    [("import os; os._exit(0)", KERNEL_DIED), (IGNORE_INTERRUPTS + LOOP, CELL_TIME_LIMIT)],
)
def test_marks_before_and_after_the_end_of_a_kernel_stay_earned(tmp_path, killer, error, monkeypatch):
    monkeypatch.setattr(side, "REACTION_SECONDS", 1)  # which an endless loop uses up
    cells = [
        "import os\nopen('runs', 'a').write('x')\nvalue = 1",
        exercise_cell("f", "def f():\n    return value"),
        test_cell("f-test", "assert f() == 1\nprint('the first time')\nopen('tests', 'a').write('x');", 1),
        exercise_cell("g", killer),
        test_cell("g-test", "assert g() == 1", 1),
        exercise_cell("h", "def h():\n    return f() + 1"),
        test_cell("h-test", "assert h() == 2", 1),
    ]
    notebook = executed(cells, tmp_path, QUICKLY)
    scores = [determine_grade(cell_named(notebook, f"{name}-test"))[0] for name in "fgh"]
    assert scores == [1, 0, 1]
    assert errors(cell_named(notebook, "g"))[-1] == error
    # what preceded ran twice, tests once, and what they printed the first time is there
    assert (tmp_path / "runs").read_text() == "xx"
    assert (tmp_path / "tests").read_text() == "x"
    assert printed(cell_named(notebook, "f-test")) == "the first time\n"


def test_an_answer_that_ends_the_kernel_when_it_is_called_costs_only_its_own_exercise(toy, tmp_path):
    answers = {**GOOD, "square": "import os\ndef square(x):\n    os._exit(0)"}
    notebook = execute_in_one_kernel(rebuild(toy.assignment, toy.notebook(answers)), Limits(), tmp_path)
    assert errors(cell_named(notebook, "square-test")) == [KERNEL_DIED]
    assert determine_grade(cell_named(notebook, "mean-test"))[0] == 2


def test_the_time_of_the_whole_notebook_is_limited(tmp_path):
    limits = Limits(cell_seconds=1, notebook_seconds=2)
    start = time.monotonic()
    notebook = executed([LOOP] * 30, tmp_path, limits)
    assert time.monotonic() - start < 30  # not 30 times 1 s; generous, for slow machines
    assert errors(notebook.cells[-1]) == [NOTEBOOK_TIME_LIMIT]
    assert errors(notebook.cells[0])[-1] == CELL_TIME_LIMIT


def test_outputs_are_bounded_in_bytes(tmp_path):
    limits = Limits(cell_text_bytes=10_000)
    flood = "for number in range(20_000):\n    print('é' * 50)\n"
    cells = [
        "print('é' * 1_000_000)",
        flood,
        "display({'text/html': '<b>' * 10_000}, raw=True)\nprint('small')",
        "for number in range(1_000):\n    display('')",
        "raise ValueError('v' * 1_000_000)",
    ]
    notebook = executed(cells, tmp_path, limits)
    for cell in notebook.cells:
        assert len(nbformat.writes(new_notebook(cells=[cell]))) < 40_000
    assert "left out" in printed(notebook.cells[0])
    assert printed(notebook.cells[1]).startswith("é" * 50 + "\n")
    assert printed(notebook.cells[2]) == "small\n"
    assert errors(notebook.cells[4]) == ["ValueError"]


def test_neither_figures_nor_the_score_are_lost_to_floods_of_text(tmp_path):
    limits = Limits(cell_text_bytes=1_000, cell_image_bytes=100_000)
    figure = "display({'image/png': 'A' * %d, 'text/plain': 'figure'}, raw=True)\n"
    test = "print('x' * 5_000)\n" + figure % 60_000 + figure % 60_000 + "1.5"
    cell = executed([test_cell("f-test", test, 2)], tmp_path, limits).cells[0]
    assert [
        len(output.data["image/png"]) for output in cell.outputs if "image/png" in output.get("data", {})
    ] == [60_000]
    assert determine_grade(cell) == (1.5, 2)


def test_a_message_too_large_to_read_stops_the_cell_and_not_the_notebook(tmp_path):
    notebook = executed(["print('x' * 60_000_000)", "print('next')"], tmp_path, Limits(cell_seconds=20))
    assert errors(notebook.cells[0]) == [TOO_MUCH_OUTPUT]
    assert printed(notebook.cells[1]) == "next\n"


def test_progress_that_updates_one_display_keeps_its_last_state(tmp_path):
    code = (
        "handle = display('start', display_id=True)\n"
        "for number in range(2_000):\n    handle.update('x' * 200 + str(number))"
    )
    cell = executed([code], tmp_path, Limits(cell_text_bytes=10_000)).cells[0]
    assert cell.outputs[0].data["text/plain"].endswith("1999'")


def test_a_hidden_traceback_is_still_an_error(tmp_path):
    code = "get_ipython().showtraceback = lambda *a, **k: None\n"
    cells = [code, test_cell("f-test", "assert False", 2)]
    cell = executed(cells, tmp_path).cells[1]
    assert determine_grade(cell)[0] == 0


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    temporary = tmp_path / "t"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    sleeper = "import subprocess\nsubprocess.Popen(['sleep', '4321'], start_new_session=True);"
    cells = [sleeper, "import os; os._exit(0)", sleeper, "print('end')"]
    executed(cells, tmp_path)  # what is opened once stays open
    this = psutil.Process()
    descriptors, threads = this.num_fds(), this.num_threads()
    children = this.children(recursive=True)  # of tests before this one
    notebook = executed(cells, tmp_path)
    assert printed(notebook.cells[-1]) == "end\n"
    assert (this.num_fds(), this.num_threads()) == (descriptors, threads)
    assert set(this.children(recursive=True)) <= set(children)
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "4321"]]
    assert list(temporary.iterdir()) == []


def test_it_runs_inside_an_event_loop_as_in_the_formgrader(tmp_path):
    async def in_a_loop() -> NotebookNode:
        return executed(["print('here')"], tmp_path)

    assert printed(asyncio.run(in_a_loop()).cells[0]) == "here\n"
