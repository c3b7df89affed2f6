"""Whatever is interrupted wherever: no output holds a path, a frame or a hidden line of the tests."""

import asyncio
import math
import random
import re
import sys
import time
from itertools import count

import nbformat
import pytest
from engine_course import HONEST, cell, graded
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output
from nbgrader.preprocessors import ClearHiddenTests

from autograder.engine import side, split
from autograder.engine.limits import CELL_TIME_LIMIT, KERNEL_DIED, Limits
from autograder.engine.meter import Limit, Meter
from autograder.engine.tracebacks import without_ours
from autograder.grading.feedback import sections
from autograder.practical.cells import is_test

INTERRUPTIONS, SEED, PAIRS = 300, 16, 10
REACTION = 1  # seconds for a kernel to react to one
OURS = re.compile(
    r"bridge\.py|agent\.py|zygote|/opt/practicals|autograder|course_utils/|ipykernel|zmq|tornado|hidden_number"
)
IMPORTS = "import numpy as np\n\nfrom course_utils import expect"
ANSWER = f"""{IMPORTS}
def total(n):
    found = 0
    for number in range(n):
        found += number
    return np.full(3, found)
for _ in range(100):
    expect.equal(int(total(2_000)[0]), 1_999_000, "the sum")"""
TEST = """with expect.exercise("Sums", points=2) as exercise:
    with exercise.part("small ones", points=1):
        for n in range(4):
            expect.close(total(n), np.full(3, n * (n - 1) / 2), "the sum")
    ### BEGIN HIDDEN TESTS
    with exercise.part("large ones", points=1):
        for hidden_number in (17, 170):
            expect.close(total(hidden_number)[0], hidden_number * (hidden_number - 1) / 2, "the sum")
    ### END HIDDEN TESTS
exercise.score"""
PLAIN_TEST = """for number in range(100):
    assert total(number)[0] == number * (number - 1) / 2"""


@pytest.fixture(autouse=True)
def shared_parent(parent, monkeypatch):
    monkeypatch.setattr(split, "kernel_parent", lambda **_: parent)


def texts(notebook: NotebookNode) -> str:
    """All that the cells showed, as the instructor has it."""
    said = []
    for output in (output for one in notebook.cells for output in one.get("outputs", [])):
        said += [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
        said += map(str, output.get("data", {}).values())
    return strip_ansi("\n".join(said))


def page(notebook: NotebookNode) -> str:
    """All that the feedback page shows."""
    found = sections(notebook, set(), ClearHiddenTests())
    shown = [one for section in found for one in section.cells]
    return "\n".join(f"{one.source}{one.checks or ''}{''.join(one.outputs)}" for one in shown)


@pytest.mark.slow
def test_three_hundred_interruptions_at_random_moments_show_nothing_of_ours(monkeypatch):
    moments = random.Random(SEED)

    class Impatient(Meter):
        """Has enough of a cell at a random moment."""

        async def start(self) -> Meter:
            of_a_cell = sys._getframe(1).f_code.co_name == "run" and self.seconds != REACTION
            self.enough = time.monotonic() + moments.uniform(0, 0.06) if of_a_cell else None
            return await super().start()

        async def exceeded(self) -> Limit | None:
            if self.enough is None:
                return await super().exceeded()
            return Limit.PROCESSOR if time.monotonic() > self.enough else None

    monkeypatch.setattr(side, "Meter", Impatient)
    monkeypatch.setattr(side, "LOOK", 0.005)
    monkeypatch.setattr(side, "REACTION_SECONDS", REACTION)
    monkeypatch.setattr(split, "MAX_RESTARTS", 10_000)
    limits = Limits(cell_seconds=20, notebook_seconds=100_000)
    interrupted = 0
    for attempt in count():
        assert attempt < 60  # 20 cells each
        cells = [cell(IMPORTS, tags=("raises-exception",))]
        for number in range(PAIRS):
            test = PLAIN_TEST if number % 4 == 3 else TEST
            cells += [cell(ANSWER, f"sum-{number}"), cell(test, f"sum-{number}-test", 2)]
        notebook = split.execute_notebook(new_notebook(cells=cells), limits, {})
        assert not OURS.search(texts(notebook)), texts(notebook)
        shown = page(notebook)
        assert not OURS.search(shown)
        stopped = [one for one in notebook.cells if CELL_TIME_LIMIT in str(one.get("outputs"))]
        for one in stopped:
            names = [output.ename for output in one.outputs if output.output_type == "error"]
            assert names[-1] == CELL_TIME_LIMIT
            assert not is_test(one) or "KeyboardInterrupt" not in names
        assert shown.count("and was stopped") >= len(stopped) - 1  # the imports are not shown
        interrupted += len(stopped)
        if interrupted >= INTERRUPTIONS:
            break


@pytest.mark.parametrize("late", ["the request is lost", "raise KeyboardInterrupt"])
def test_an_interrupt_that_comes_late_costs_the_call_behind_it_nothing(fork, late, monkeypatch):
    async def call() -> str | None:
        one = side.Side(fork(), new_notebook(), Limits(), math.inf)
        await one.start({})
        execute, sent = one.kc.execute, []

        def execute_late(code: str, **options) -> str:
            sent.append(code)
            if len(sent) > 1:
                return execute(code, **options)
            return execute(late, **options) if late.startswith("raise") else late

        monkeypatch.setattr(one.kc, "execute", execute_late)
        try:
            return await one.call("done = 1", 60)
        finally:
            await one.end()

    assert asyncio.run(call()) is None


def test_what_the_engine_asks_a_kernel_for_is_not_stopped_by_the_notebooks_clock(fork):
    async def call() -> str | None:
        one = side.Side(fork(), new_notebook(), Limits(), deadline=0)
        await one.start({})
        try:
            return await one.call("done = 1", 60)
        finally:
            await one.end()

    assert asyncio.run(call()) is None


def test_an_answer_that_raises_in_a_plain_test_shows_the_tests_line_and_no_frame_of_ours(tmp_path):
    notebook = graded({**HONEST, "count": "parameters = None\nmodel = None"}, tmp_path)
    assert "assert parameters == 114" in texts(notebook)
    own = "from course_utils import data\ndef helper():\n    return data.load('nowhere')\nhelper()"
    shown = texts(graded({"count": f"{own}\n{HONEST['count']}"}, tmp_path))
    assert "helper()" in shown
    assert "there is no data set 'nowhere'" in shown
    assert not OURS.search(shown)


FOREIGN = "\x1b[36mFile \x1b[39m\x1b[32m/home/x/site-packages/numpy/core.py:3\x1b[39m, in f(x)\nreturn x"
BRIDGE = FOREIGN.replace("/home/x/site-packages/numpy/core", "/opt/practicals/autograder/inside/bridge")
OWN = "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m\x1b[32m, line 2\x1b[39m\nf(3)"


def error(*frames: str, name: str = "ValueError", value: str = "bad") -> NotebookNode:
    return new_output("error", ename=name, evalue=value, traceback=["-----", *frames, f"{name}: {value}"])


@pytest.mark.parametrize(
    ("frames", "of_tests", "kept"),
    [
        ([OWN, FOREIGN], False, [OWN, FOREIGN]),
        ([OWN, BRIDGE, FOREIGN], False, [OWN, FOREIGN]),
        ([OWN, BRIDGE, FOREIGN], True, [OWN]),
    ],
)
def test_which_frames_stay(frames, of_tests, kept):
    (cleaned,) = without_ours([error(*frames)], of_tests=of_tests)
    assert cleaned.traceback == ["-----", *kept, "ValueError: bad"]


def test_a_kernel_that_was_interrupted_outside_a_cell_shows_the_error_alone():
    (cleaned,) = without_ours([error(BRIDGE, name="KeyboardInterrupt", value="")], of_tests=False)
    assert cleaned.traceback == ["KeyboardInterrupt: "]
    (cleaned,) = without_ours([error(OWN, BRIDGE, name="KeyboardInterrupt")], of_tests=True)
    assert "bridge" not in str(cleaned)
    assert "interrupted" in cleaned.evalue


def test_paths_and_printed_tracebacks_of_ours_go_and_the_students_stay():
    said = "cannot import name 'x' from 'course_utils' (/opt/practicals/course_utils/__init__.py)"
    (cleaned,) = without_ours([error(OWN, name="ImportError", value=said)], of_tests=False)
    assert cleaned.evalue == "cannot import name 'x' from 'course_utils' (course_utils/__init__.py)"
    head = "Traceback (most recent call last):\n"
    place = "/opt/practicals/autograder/engine/inside/app.py"
    ours = f'{head}  File "{place}", line 3, in f\n    x\nOSError: gone\n'
    theirs = f'{head}  File "/tmp/home/mine.py", line 3, in f\n    x\nOSError: mine\n'
    text = f"before\n{ours}between\n{theirs}after\n"
    (cleaned,) = without_ours([new_output("stream", name="stderr", text=text)], of_tests=False)
    assert cleaned.text == f"before\nOSError: gone\nbetween\n{theirs}after\n"


def test_what_ipython_prints_of_a_callback_of_the_kernels_own_goes_and_of_the_students_stays():
    word = "Error in callback {} (for post_execute), with arguments args (),kwargs {{}}:\n"
    publisher = "<bound method DisplayPublisher._on_post_execute of <ipykernel.zmqshell.ZMQDisplayPublisher>>"
    theirs = word.format("<function count at 0x7fd3>")
    text = f"before\n{word.format(publisher)}{theirs}after\n"
    (cleaned,) = without_ours([new_output("stream", name="stdout", text=text)], of_tests=False)
    assert cleaned.text == f"before\n{theirs}after\n"


def test_a_crash_and_a_time_out_are_named_on_the_page(tmp_path):
    for killer, name, words in (
        ("import os; os._exit(3)", KERNEL_DIED, "the Python process ended in this cell"),
        ("while True: pass", CELL_TIME_LIMIT, "of processor time and was stopped"),
    ):
        answers = {**HONEST, "scale": f"{killer}\n{HONEST['scale']}", "train": "model = None"}
        notebook = graded(answers, tmp_path, limits=Limits(cell_seconds=3))
        assert name in nbformat.writes(notebook)
        shown = " ".join(page(notebook).split())
        assert words in shown
        assert "not answered yet" not in shown.split("Build the model")[0]
        assert "did not come to its end" in shown
