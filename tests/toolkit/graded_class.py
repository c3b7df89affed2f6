"""The toy's class, graded as `practicals grade` does it, and what became of each student."""

from concurrent.futures import Future

import light_kernels
import pytest
from rich.console import Console
from toy_course import ToyCourse

from autograder.engine import split
from autograder.engine.job import execute_job
from autograder.grading import run
from autograder.grading.options import GradeOptions
from autograder.grading.results import Result
from autograder.grading.run import GradedClass, grade

QUIET = Console(quiet=True)


def graded(toy: ToyCourse, **options) -> GradedClass:
    """Grade the class into the folder `out`, unless the options say otherwise."""
    options = {"submitted": toy.submitted, "output": toy.root / "out", "workers": 1, **options}
    return grade(toy.root, "toy", QUIET, GradeOptions(**options))


def execute_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grading starts no kernel: the grades are those of a class of no answers, essays wait for a person."""

    def not_executed(students, job, workers):
        for student_id in students:
            future: Future = Future()
            future.set_result(execute_job(job(student_id)))
            yield student_id, future

    monkeypatch.setattr(split, "execute_notebook", lambda nb, *_, **__: nb)
    monkeypatch.setattr(run, "start_early", lambda **_: None)
    monkeypatch.setattr(run, "execute_all", not_executed)


def by_student(class_: GradedClass) -> dict[str, Result]:
    return {result.student_id: result for result in class_.results}


def scores(result: Result) -> dict[str, float | None]:
    return {cell.grade_id: cell.score for cell in result.cells}


def folders(toy: ToyCourse) -> list[str]:
    """The options that say where the class is and where results go."""
    return ["--submitted", str(toy.submitted), "--output", str(toy.root / "out")]


def command(toy: ToyCourse, *arguments: str) -> list[str]:
    """The command that grades the class, for tests that end it or watch it."""
    return [*light_kernels.command("autograder.cli"), "grade", "toy", *folders(toy), *arguments]
