"""The split executor grades honest work as the plain one does, and loses no mark that was earned."""

# ruff: noqa: E501 (students' cells as text)
import asyncio

import pytest
from engine_course import ANSWER, BUILD, HONEST, POINTS, SCALE, feedback, graded, scores
from loops import LOOP, STUBBORN_LOOP, function

from autograder.engine import side, split
from autograder.engine.limits import INCIDENTS, KERNEL_DIED, Limits, incidents
from autograder.engine.parents import data_folder
from autograder.engine.side import Side
from autograder.practical.cells import grade_id, is_test
from autograder.practical.testcells import result_of
from course_utils.results import FAILED, PASSED, RESULT_TYPE, ExerciseResult, part_result

LIMITS = Limits(cell_seconds=4, notebook_seconds=90)


@pytest.fixture(scope="module", autouse=True)
def one_parent(parent):
    """Grade with the parent that all tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split, "kernel_parent", lambda **_: parent)
        yield


def test_the_reference_gets_full_marks(tmp_path):
    executed = graded(HONEST, tmp_path)
    assert scores(executed) == POINTS, [feedback(executed, name) for name in POINTS]


def test_an_unanswered_notebook_gets_nothing_and_is_told_so(tmp_path):
    executed = graded({}, tmp_path)
    assert set(scores(executed).values()) == {0.0}
    assert "not answered yet" in feedback(executed, "scale-test")


OF_SCALE = {
    "partly right": "def scale(x):\n    return x - x.mean(axis=0)",
    "raises": "def scale(x):\n    raise ValueError('my mistake')",
    "own import": "import numpy as numeric\n" + SCALE.replace("(x -", "numeric.asarray(x -"),
    "warns": "import warnings, sys\n" + SCALE.replace("    return", "    warnings.warn('w'); print('e', file=sys.stderr)\n    return"),
    "a list for an array": SCALE.replace("return (", "return list(map(list, (") + "))",
    "lambda": "scale = lambda x: (x - x.mean(axis=0)) / x.std(axis=0)",
}  # fmt: skip
OF_BUILD = {
    "no bias": BUILD.replace("units, activation", "units, use_bias=False, activation"),
    "syntax error": "def build(units:\n    return",
    "functional": "def build(units):\n    i = keras.Input((4,))\n    h = keras.layers.Dense(units, 'relu')(i)\n    m = keras.Model(i, keras.layers.Dense(2, 'softmax')(h))\n    m.compile('adam', 'sparse_categorical_crossentropy')\n    return m",
}  # fmt: skip
OF_COUNT = {"value for a name": "parameters = np.float32(114)", "wrong value": "parameters = 113"}
# several mistakes in one submission: the plain executor imports Keras for each
WRONG = [
    ("partly right", "no bias", "value for a name"),
    ("raises", "syntax error", "wrong value"),
    ("own import", "functional", None),
    ("warns", None, None),
    ("a list for an array", None, None),
    ("lambda", None, None),
]


@pytest.mark.slow
@pytest.mark.parametrize("mistakes", WRONG, ids=lambda mistakes: ", ".join(filter(None, mistakes)))
def test_scores_are_those_of_the_plain_executor(mistakes, tmp_path):
    of_each = {"scale": OF_SCALE, "build": OF_BUILD, "count": OF_COUNT}
    wrong = {
        name: answers[mistake]
        for (name, answers), mistake in zip(of_each.items(), mistakes, strict=True)
        if mistake
    }
    answers = {**HONEST, **wrong}
    assert scores(graded(answers, tmp_path)) == scores(graded(answers, tmp_path, plain=True))


def test_feedback_names_the_students_line(tmp_path):
    executed = graded(
        {**HONEST, "scale": "def scale(x):\n    y = x\n    raise ValueError('my mistake')"}, tmp_path
    )
    assert "in `scale`, line 3 of your cell: raise ValueError('my mistake')" in " ".join(
        feedback(executed, "scale-test").split()
    )


RAISES = {**HONEST, "scale": "def scale(x):\n    y = x\n    raise ValueError('my mistake')"}


@pytest.mark.slow
def test_a_student_reads_the_same_about_an_exception_under_both_engines(tmp_path):
    limits = Limits(cell_seconds=200, notebook_seconds=600)  # the plain one imports Keras
    one, other = (graded(RAISES, tmp_path, limits=limits, plain=plain) for plain in (False, True))
    assert "in `scale`, line 3 of your cell" in " ".join(feedback(one, "scale-test").split())
    assert feedback(one, "scale-test") == feedback(other, "scale-test")


FORGED = ExerciseResult("Scale the inputs", 3, 3, (part_result("FORGED", 3, PASSED),)).as_data()
FORGE = f"""from IPython.display import publish_display_data as put
def forge():
    for update in (False, True):
        put({{{RESULT_TYPE!r}: {FORGED!r}}}, transient={{"display_id": "scale"}}, update=update)
forge()
"""


def test_results_come_from_the_tests_kernel_alone(tmp_path):
    answers = {**HONEST, "scale": f"{FORGE}def scale(x):\n    forge()\n    return x - x.mean(axis=0)"}
    executed = graded(answers, tmp_path, extra=FORGE)
    (scale,) = (cell for cell in executed.cells if grade_id(cell) == "scale-test")
    forged = result_of(scale)
    assert forged is not None
    assert [part.state for part in forged.parts] == [PASSED, FAILED]
    for cell in executed.cells:
        result = result_of(cell)
        assert (result is not None) == (grade_id(cell) in ("scale-test", "build-test", "train-test"))
        assert not is_test(cell) or "FORGED" not in str(cell.outputs)
    assert any("FORGED" in str(cell.outputs) for cell in executed.cells)  # it did put something out


def test_a_killed_kernel_costs_only_what_needed_it(tmp_path):
    executed = graded({**HONEST, "build": "import os; os._exit(1)"}, tmp_path)
    assert scores(executed) == {**POINTS, "build-test": 0.0, "train-test": 0.0}


@pytest.mark.parametrize("leave", ["exit()", "quit", "print('bye'); exit(); x = 1"])
def test_exit_in_a_cell_of_the_students_own_costs_nothing(leave, tmp_path):
    """IPython ends the kernel only after the cell has replied: in the midst of the next cell, or of a test."""
    executed = graded(HONEST, tmp_path, extra=leave)
    assert scores(executed) == POINTS
    (own,) = (cell for cell in executed.cells if cell.source == leave)
    assert "this cell ended its Python process with `exit()`" in str(own.outputs)


def test_exit_after_an_answer_costs_that_answer_only(tmp_path):
    executed = graded({**HONEST, "count": f"{ANSWER}\nexit()"}, tmp_path)
    assert scores(executed) == {**POINTS, "count-test": 0.0}
    executed = graded({**HONEST, "scale": SCALE + "\nexit()"}, tmp_path)
    assert scores(executed) == {**POINTS, "scale-test": 0.0, "train-test": 0.0}  # the training uses `scale`


LATE = "import os, threading\nthreading.Timer(0.2, os._exit, (3,)).start()"


def test_a_kernel_that_ended_before_the_next_cell_ended_in_its_last_one(tmp_path, monkeypatch):
    run = Side.run

    async def run_and_wait(side, cell, index, seconds, others=()):
        ended_well = await run(side, cell, index, seconds, others)
        while "Timer" in cell.source and await side.kernel.is_alive():
            await asyncio.sleep(0.05)
        return ended_well

    monkeypatch.setattr(Side, "run", run_and_wait)
    executed = graded(HONEST, tmp_path, extra=LATE)
    assert scores(executed) == POINTS
    (own,) = (cell for cell in executed.cells if cell.source == LATE)
    assert "the Python process ended in this cell: exit status 3" in str(own.outputs)


def test_a_cell_that_ends_the_kernel_only_when_it_runs_again_says_so(tmp_path, monkeypatch):
    replay = split._Run._replay
    leave = "import os; os._exit(3)"

    async def replay_worse(run, side, nb, end):
        (again,) = (cell for cell in nb.cells if grade_id(cell) == "scale")
        again.source = leave
        return await replay(run, side, nb, end)

    monkeypatch.setattr(split._Run, "_replay", replay_worse)
    # its call ends the kernel, so that the cells before the next one run again
    executed = graded(
        {**HONEST, "build": f"def build(units):\n    {leave}", "train": "model = None"}, tmp_path
    )
    (scale,) = (cell for cell in executed.cells if grade_id(cell) == "scale")
    assert "the Python process ended in this cell: exit status 3" in str(scale.outputs)
    assert incidents(executed) == [f"{INCIDENTS[KERNEL_DIED]}: 1"]


def test_a_function_that_ends_the_kernel_costs_its_own_cell(tmp_path):
    executed = graded(
        {**HONEST, "build": "def build(units):\n    import os; os._exit(1)", "train": "model = None"},
        tmp_path,
    )
    assert scores(executed) == {**POINTS, "build-test": 0.0, "train-test": 0.0}


def test_an_endless_cell_and_an_endless_function(tmp_path):
    answers = {**HONEST, "scale": function("def scale(x)"), "train": LOOP}
    executed = graded(answers, tmp_path, limits=LIMITS)
    assert scores(executed) == {**POINTS, "scale-test": 0.0, "train-test": 0.0}
    assert "did not return within" in feedback(executed, "scale-test")


def test_the_time_of_the_notebook_ends_it(tmp_path, monkeypatch):
    monkeypatch.setattr(side, "REACTION_SECONDS", 1)  # which a stubborn loop uses up
    limits = Limits(cell_seconds=60, notebook_seconds=5)
    executed = graded({**HONEST, "build": STUBBORN_LOOP}, tmp_path, limits=limits)
    assert scores(executed)["scale-test"] == POINTS["scale-test"]
    assert "NotebookTimeLimit" in str(executed.cells[-2].outputs)


def test_files_of_the_course_are_there_and_changing_them_changes_nothing(tmp_path):
    (tmp_path / "table.csv").write_text("1,2,3")
    answers = {
        **HONEST,
        "count": "parameters = 114 if open('table.csv').read() == '1,2,3' else 0\nopen('table.csv', 'w').write('9')",
    }
    assert scores(graded(answers, tmp_path))["count-test"] == POINTS["count-test"]
    assert (tmp_path / "table.csv").read_text() == "1,2,3"


def test_given_names_cannot_be_taken_over(tmp_path):
    extra = "FEATURES = 1\ndef sample(n): return np.zeros((n, 4)), np.zeros(n)\ndraw = None\nkeras = expect = None\nlen = abs = None"
    executed = graded({"count": ANSWER}, tmp_path, extra=extra)
    assert scores(executed)["count-test"] == POINTS["count-test"]
    assert set(scores(executed).values()) == {0.0, POINTS["count-test"]}


def test_the_data_folder_is_the_named_one_else_that_of_keras(tmp_path, monkeypatch):
    """An empty setting names none: taken as a path, it would be the course's own folder."""
    (tmp_path / "datasets").mkdir()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA_DIR", "")
    assert data_folder() == (tmp_path / "datasets").resolve()
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    assert data_folder() == tmp_path.resolve()
