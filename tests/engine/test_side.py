"""Nothing that a kernel shows is lost to a reader who is slower than it, and no cell waits for nobody."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_course import HONEST, POINTS, SCALE, feedback, graded, scores
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine import split
from autograder.engine.bounded_client import REACTION_SECONDS, BoundedClient
from autograder.engine.limits import Limits

UPDATES = 1_500
DELAY = (
    2 * REACTION_SECONDS / UPDATES
)  # seconds for each: all of them take longer than a kernel may be silent
LIMITS = Limits(cell_seconds=120, cell_text_bytes=10_000)


@pytest.fixture(params=["forked", "plain"])
def executed(request, monkeypatch) -> Callable[[str], NotebookNode]:
    """A function that executes code as a notebook of one cell, and gives that cell."""
    if request.param == "forked":
        parent = request.getfixturevalue("parent")
        monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)

    def execute(code: str) -> NotebookNode:
        notebook = new_notebook(cells=[new_code_cell(code)])
        if request.param == "forked":
            return split.execute_notebook(notebook, LIMITS, {}).cells[0]
        with tempfile.TemporaryDirectory() as folder:
            return split.execute_in_one_kernel(notebook, LIMITS, Path(folder)).cells[0]

    return execute


def test_a_reader_that_is_slower_than_the_kernel_loses_nothing(executed, monkeypatch):
    process, read = BoundedClient.process_message, []

    def slowly(client, message, cell, index):
        if message["msg_type"] == "update_display_data":
            time.sleep(DELAY)
            read.append(message["content"]["data"]["text/plain"])
        return process(client, message, cell, index)

    monkeypatch.setattr(BoundedClient, "process_message", slowly)
    cell = executed(
        "handle = display('start', display_id=True)\n"
        f"for number in range({UPDATES}):\n    handle.update(number)"
    )
    assert read == [str(number) for number in range(UPDATES)]
    assert [output.data["text/plain"] for output in cell.outputs] == [str(UPDATES - 1)]


def test_what_an_answer_shows_when_a_test_calls_it_does_not_stop_it(parent, monkeypatch, tmp_path):
    """Nobody reads it, and a kernel waits for its reader."""
    monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)
    shows = SCALE.replace("    return", "    for number in range(2_000): display(number)\n    return")
    notebook = graded({**HONEST, "scale": shows}, tmp_path, limits=LIMITS)
    assert scores(notebook) == POINTS, feedback(notebook, "scale-test")
