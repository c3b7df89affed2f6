"""Each file in notebooks/ edits a submitted notebook; graded, it gains nothing."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from probes import NOTEBOOKS, edit_of
from rich.console import Console
from toy_course import GOOD, ToyCourse

from autograder.engine import sandbox
from autograder.engine.parents import close_parents
from autograder.errors import PracticalsError
from autograder.grading.options import GradeOptions
from autograder.grading.run import grade

PLANTED = {"numpy.py": "raise SystemExit", "expect.py": "equal = None", "course_utils.py": "expect = None"}


def folders(toy: ToyCourse) -> GradeOptions:
    return GradeOptions(submitted=toy.submitted, output=toy.root / "out")


@pytest.mark.slow
def test_edited_notebooks_gain_nothing_and_honest_ones_lose_nothing(toy):
    wrong = {"square": "def square(x):\n    return 0", "mean": GOOD["mean"]}
    for file in NOTEBOOKS:
        toy.submit(f"wrong-{file.stem}", wrong, edit_of(file))
        toy.submit(f"good-{file.stem}", GOOD, edit_of(file))
        for name, source in PLANTED.items():
            (toy.folder(f"wrong-{file.stem}") / name).write_text(source)
    toy.submit("honest", GOOD)
    graded = grade(toy.root, toy.practical, Console(quiet=True), folders(toy))
    points = {
        result.student_id: {
            cell.grade_id: cell.score for cell in result.cells if cell.grade_id.endswith("-test")
        }
        for result in graded.results
    }
    assert points.pop("honest") == {"square-test": 3, "mean-test": 2}
    for file in NOTEBOOKS:
        mean = 0 if file.stem == "shadowed_given" else 2  # it takes NumPy away from its own answer
        assert points[f"wrong-{file.stem}"] == {"square-test": 0, "mean-test": mean}, file.stem
        assert points[f"good-{file.stem}"] == {"square-test": 3, "mean-test": mean}, file.stem


@pytest.mark.slow
def test_nbgraders_own_autograde_uses_the_isolated_engine(toy, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # nbgrader runs alembic
    see = "import os\ndef square(x):\n    return x * x if not os.path.exists('/root/.ssh') else 0"
    toy.submit("one", {**GOOD, "square": see})
    (toy.root / "submitted").rmdir() if (toy.root / "submitted").exists() else None
    shutil.copytree(toy.submitted, toy.root / "submitted")
    config = toy.config
    config.CourseDirectory.root = str(toy.root)
    api = NbGraderAPI(config=config)
    assert api.generate_assignment(toy.practical)["success"]
    result = api.autograde(toy.practical, "one")
    assert result["success"], result
    with Gradebook(f"sqlite:///{toy.root}/gradebook.db") as book:
        submission = book.find_submission(toy.practical, "one")
        scores = {grade.name: grade.auto_score for grade in submission.notebooks[0].grades}
        assert scores == {"square-test": 3.0, "mean-test": 2.0, "why": 0.0}


def test_grading_is_refused_where_nothing_isolates_and_says_what_to_do(toy, monkeypatch):
    toy.submit("one", GOOD)
    close_parents()  # one that an earlier test left has been probed already
    monkeypatch.setattr(sandbox, "probe", lambda: "the kernel forbids user namespaces")
    with pytest.raises(PracticalsError, match=r"forbids user namespaces.*--no-sandbox"):
        grade(toy.root, toy.practical, Console(quiet=True), folders(toy))
    assert not (toy.root / "out").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() == 0, reason="root may only do so where everybody can read the interpreter")
def test_without_a_sandbox_the_report_carries_a_warning(toy):
    toy.submit("one", GOOD)
    graded = grade(toy.root, toy.practical, Console(quiet=True), replace(folders(toy), sandboxed=False))
    assert {cell.grade_id: cell.score for cell in graded.results[0].cells if "test" in cell.grade_id} == {
        "square-test": 3, "mean-test": 2,
    }  # fmt: skip
    assert any("without a sandbox" in note for note in graded.results[0].notes)
