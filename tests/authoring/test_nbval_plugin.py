"""`pytest --nbval` on source/ compares outputs; on release/ an unanswered notebook must stop politely."""

import shutil
import subprocess
import sys

import nbformat
import pytest
from author_course import CELLS, QUIET, cell_of, marker
from checkout import ROOT
from command_line import environment, run

from autograder.authoring.build import build

pytestmark = pytest.mark.slow  # each test starts a pytest of its own

ANSWER = f"# %% {marker('exercise', 'answer')}\n" + "### BEGIN SOLUTION\nanswer = 41 + 1\n### END SOLUTION\n"
ANSWER_TEST = (
    f"# %% {marker('test', 'answer-test', 1)}\n"
    + """with expect.exercise("Answer", points=1) as exercise:
    with exercise.part("the number", points=1):
        expect.equal(answer, 42, "the number", describe="a whole number")
exercise.score
"""
)


def nbval(course, folder, *options, **settings):
    """Run `pytest --nbval FOLDER` in the toy course, with this repository's pytest settings."""
    shutil.copy(ROOT / "pyproject.toml", course.root)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "--nbval"]
    answer = run([*command, folder, *options], course.root, check=False, env=environment(**settings))
    return answer.returncode, answer.stdout + answer.stderr


def with_answer(**cells):
    """Cells of the toy with an exercise that is answered by a number, used by given code."""
    return {"experiment": "\n".join([ANSWER, ANSWER_TEST, '# %%\nprint("the answer is", answer)\n']), **cells}


def test_a_built_notebook_passes_at_the_quick_budget_and_leaves_nothing_behind(course):
    settings = '[os.environ.get(name) for name in ("COURSE_BUDGET", "COURSE_SEED", "MPLBACKEND")]'
    course.write(use=f'# %%\nopen("left.txt", "w").close()\nprint({settings}, os.listdir())\n')
    course.build()
    before = course.files()
    status, output = nbval(course, "source", MPLBACKEND="agg")
    assert status == 0, output
    assert "8 passed" in output
    after = course.files()
    del after["pyproject.toml"]  # of the run itself
    assert after == before


def test_an_output_that_changed_fails_and_so_does_a_source_that_stops(built):
    notebook = built.built()
    cell_of(notebook, "cell-005").outputs[0].text = "6 is the sum\n"
    cell_of(
        notebook, "cell-006"
    ).source = 'raise NotImplementedError("Exercise not answered yet: replace this line with your answer")'
    built.save(notebook)
    status, output = nbval(built, "source")
    assert status == 1
    assert "2 failed" in output
    assert "6 is the sum" in output
    assert "Exercise not answered yet" in output


def test_outputs_of_the_full_run_are_not_compared(course):
    budgets = 'print(os.environ["COURSE_BUDGET"])\n'
    course.write(experiment=f'# %% tags=["experiment"]\n{budgets}')
    build(course.root, "toy", QUIET, full=True)
    assert cell_of(nbformat.read(course.release, as_version=4), "cell-006").outputs[-1].text == "full\n"
    for folder in ("source", "release"):
        status, output = nbval(course, folder)
        assert status == 0, output


def test_the_cells_of_a_notebook_stay_in_one_worker(built):
    status, output = nbval(built, "source", "-n", "2")
    assert status == 0, output
    assert "8 passed" in output


def test_an_unanswered_release_stops_politely(course):
    course.write(
        **with_answer(
            use="# %%\nprint(add(2, 3))\nfive = 5\n",
            question="# %%\nprint(five, answer)\nsix = five + 1\n",
            title="# %%\nprint(1)\n",
            why=CELLS["why"] + "\n# %%\nprint(six)\n",
        )
    )
    course.build()
    status, output = nbval(course, "release")
    assert status == 0, output
    assert "13 passed" in output


def test_a_rude_release_fails(course):
    """Given code that stops otherwise while the exercise has no answer; with the reference it runs."""
    rude = [
        "1 / 0",
        "never_defined",
        'raise NotImplementedError("later")',
        "raise NotImplementedError",
        "assert 0",
    ]
    try_it = "# %%\ntry:\n    add(1, 2)\nexcept NotImplementedError:\n    {}\n"
    course.write(use="\n".join(try_it.format(line) for line in rude))
    course.build()
    status, output = nbval(course, "release")
    assert status == 1, output
    assert "5 failed" in output
    for error in ("ZeroDivisionError", "never_defined", "later", "AssertionError"):
        assert error in output


def test_without_nbval_the_plugin_takes_no_part(course):
    shutil.copy(ROOT / "pyproject.toml", course.root)
    (course.root / "test_settings.py").write_text(
        "import os\n\n\ndef test_it():\n    assert 'COURSE_BUDGET' not in os.environ\n"
    )
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_settings.py"],
        cwd=course.root,
        capture_output=True,
        text=True,
        env={key: value for key, value in environment().items() if not key.startswith("COURSE_")},
    )
    assert answer.returncode == 0, answer.stdout
