"""The ways in which a student's checks are run where no engine isolates them, and what each of them shows."""

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient.exceptions import DeadKernelError
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import determine_grade
from nbgrader.validator import Validator

from autograder.authoring.build import BUILD_SETTINGS
from autograder.engine.sandbox import THREADS
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.practical.cells import is_test, name_of
from autograder.practical.paths import course_config
from autograder.practical.testcells import printed, read_test, result_of
from autograder.proof.graded_bank import answered
from autograder.proof.warm_kernels import use_warm_kernels
from course_utils.checkfile import check_file, kernel_client
from course_utils.results import ExerciseResult
from course_utils.validating import name_of as shown_by_validate

NOTEBOOK, CHECK, VALIDATE, STOCK, ENGINE = "notebook", "practicals check", "Validate", "nbgrader", "engine"
STUDENT = "student"
ENVIRONMENT = {**BUILD_SETTINGS, "TF_CPP_MIN_LOG_LEVEL": "3", **dict.fromkeys(THREADS, "1")}


@dataclass(frozen=True)
class Seen:
    """What one way gave for one test cell.

    Args:
        result: what the cell handed on; None where it did not get so far, or the way has no such data.
        shown: what a person reads of it.
        accepted: whether the way says that all is right.
        points: the whole cell's, by nbgrader's rules; None where hidden tests are not there.
    """

    result: ExerciseResult | None
    shown: str
    accepted: bool
    points: float | None = None


Sight = dict[str, Seen]  # by test


def run_unisolated(
    root: str, practical: str, source: str, answers: Mapping[str, str]
) -> tuple[dict[str, Sight], dict[str, list[str]]]:
    """Run one submission as its author can, and with nbgrader as it comes; in a process that nobody shares.

    Args:
        root: the checkout.
        practical: name of the practical.
        source: its notebook for instructors, as text.
        answers: code by the `grade_id` of the exercise.

    Returns:
        what each way gave, by its name; and by test, the titles of the parts that students have.

    Raises:
        PracticalsError: nbgrader does not make the release, or does not grade.
    """
    use_warm_kernels()
    os.environ |= ENVIRONMENT
    os.environ.pop("COURSE_RECORD", None)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # alembic, kernels
    with Path(os.devnull).open("w") as nowhere:
        # what nbgrader, kernels and compiled code note in passing is of no use here
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere.fileno(), stream.fileno())
    with tempfile.TemporaryDirectory(prefix=f"{practical}-everywhere-", ignore_cleanup_errors=True) as made:
        course = Path(made).resolve()
        grader = _Stock(Path(root), course, practical, source)
        submission = answered(grader.released(), answers)
        path = course / "submitted" / STUDENT / practical / f"{practical}.ipynb"
        write_atomically(path, nbformat.writes(submission))
        tests = [(index, cell) for index, cell in enumerate(submission.cells) if is_test(cell)]
        visible = {
            name_of(cell): [part.title for part in read_test(cell, index).parts if part.title is not None]
            for index, cell in tests
        }
        seen = {
            NOTEBOOK: sight_of(_run_as_notebook(submission, course)),
            CHECK: _checked(path, [cell for _, cell in tests]),
            VALIDATE: _validated(path, grader.config),
            STOCK: sight_of(grader.autograded(), graded=True),
        }
    return seen, visible


def sight_of(executed: NotebookNode, graded: bool = False) -> Sight:
    """What the test cells of an executed notebook show; `graded` says that hidden tests were there."""
    seen = {}
    for cell in executed.cells:
        if is_test(cell):
            earned, points = determine_grade(cell)
            result = result_of(cell)
            accepted = bool(result and result.parts and not result.failed) and not _errors(cell)
            seen[name_of(cell)] = Seen(
                result, _shown(cell), earned == points if graded else accepted, earned if graded else None
            )
    return seen


def _errors(cell: NotebookNode) -> list[str]:
    return [
        strip_ansi("\n".join(output.traceback)) for output in cell.outputs if output.output_type == "error"
    ]


def _shown(cell: NotebookNode) -> str:
    return "\n".join([printed(cell), *_errors(cell)])


def _run_as_notebook(submission: NotebookNode, folder: Path) -> NotebookNode:
    """Run all cells in an ordinary kernel, as a student does."""
    notebook = nbformat.from_dict(submission)
    with (
        tempfile.TemporaryFile() as log,
        kernel_client(
            notebook,
            {"cwd": str(folder), "env": dict(os.environ), "stdout": log, "stderr": log},
            timeout=None,
            allow_errors=True,
        ) as client,
    ):
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except DeadKernelError:
                break
    return notebook


def _checked(path: Path, tests: list[NotebookNode]) -> Sight:
    """What `practicals check` says of a notebook file."""
    checked = check_file(path)
    results = dict(zip(map(name_of, tests), checked.results, strict=True))
    return {
        name: Seen(result, str(checked), bool(result.parts) and not result.failed)
        for name, result in results.items()
    }


class _KeepingValidator(Validator):
    """Validate, keeping the notebook that it executed, whose cells hold the results as data."""

    def _preprocess(self, nb: NotebookNode) -> NotebookNode:
        self.executed = super()._preprocess(nb)
        return self.executed


def _validated(path: Path, config: object) -> Sight:
    """What the button Validate says: it shows nothing but the errors of the cells that failed."""
    validator = _KeepingValidator(config=config)
    complaints = validator.validate(str(path))
    changed = {one["source"] for kind in ("changed", "type_changed") for one in complaints.get(kind, ())}
    errors = {one["source"]: strip_ansi(one["raw_error"]) for one in complaints.get("failed", ())}
    errors |= dict.fromkeys(changed, "the cell has changed")
    seen = {}
    for cell in validator.executed.cells:
        if is_test(cell):
            error = errors.get(shown_by_validate(cell).strip())
            seen[name_of(cell)] = Seen(result_of(cell), error or "", error is None)
    return seen


class _Stock:
    """nbgrader with its own preprocessors for grading, in a course folder and a gradebook of its own."""

    def __init__(self, root: Path, course: Path, practical: str, source: str):
        self.course, self.practical = course, practical
        self.config = course_config(root)
        self.config.pop("Autograde", None)
        self.config.CourseDirectory.root = str(course)
        write_atomically(course / "source" / practical / f"{practical}.ipynb", source)
        self.api = NbGraderAPI(config=self.config)
        self._require(self.api.generate_assignment(practical), "make the release")

    def released(self) -> NotebookNode:
        """The students' notebook."""
        return self._read("release")

    def autograded(self) -> NotebookNode:
        """The submission, graded."""
        self._require(self.api.autograde(self.practical, STUDENT), "grade")
        return self._read("autograded", STUDENT)

    def _read(self, *folders: str) -> NotebookNode:
        path = self.course.joinpath(*folders, self.practical, f"{self.practical}.ipynb")
        return nbformat.read(path, as_version=4)

    def _require(self, done: dict, what: str) -> None:
        if not done["success"]:
            why = (done.get("error") or done.get("log") or "").strip().splitlines()
            raise PracticalsError(
                f"{self.practical}: plain nbgrader does not {what}: {why[-1] if why else 'no reason given'}",
                "Run `nbgrader autograde` on the practical by hand and see its log",
            )
