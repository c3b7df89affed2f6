"""Lets nbgrader record what was executed, and write its feedback page, with nbgrader's own converters."""

import time
from collections.abc import Callable

from nbformat import NotebookNode
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata

from autograder.engine.executor import ExecuteSplit
from autograder.engine.limits import incidents
from autograder.grading.collect import Submission
from autograder.grading.course import Course
from autograder.grading.logs import log
from autograder.grading.record import Record


def record(
    course: Course, submission: Submission, executed: NotebookNode, seconds: dict[str, float]
) -> Record:
    """Let nbgrader record an executed submission.

    Args:
        course: the practical, prepared.
        submission: as it was collected.
        executed: the rebuilt notebook with the outputs that the execution gave.
        seconds: that the execution took, from `execute_job`.

    Returns:
        what the gradebook has no place for; its digest is left to the caller.

    Raises:
        PracticalsError: the gradebook is locked.
        OSError: the disk is full.
        Exception: whatever nbgrader raised.
    """
    found = executed.metadata["practicals"]
    notes = submission.notes + found["notes"]

    def already_executed(nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Stands in for the preprocessor that executes."""
        if [cell.source for cell in nb.cells] != [cell.source for cell in executed.cells]:
            raise RuntimeError("the source notebook has changed since the submission was executed")
        for cell, done in zip(nb.cells, executed.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = done.outputs, done.execution_count
        nb.metadata["practicals"] = {**found, "notes": notes}
        return nb, resources

    autograde = _converter(_Autograde, course, submission.student_id)
    # the cells' metadata are those of the source notebook, which was checked when it was read
    autograde.sanitize_preprocessors = [
        preprocessor
        for preprocessor in autograde.sanitize_preprocessors
        if preprocessor is not CheckCellMetadata
    ]
    autograde.autograde_preprocessors = [
        already_executed
        if isinstance(preprocessor, type) and issubclass(preprocessor, ExecuteSplit)
        else preprocessor
        for preprocessor in autograde.autograde_preprocessors
        if preprocessor is not CheckCellMetadata
    ]
    start = time.monotonic()
    _run(autograde, course)
    return Record(
        remarks=submission.remarks + incidents(executed),
        notes=notes,
        answered=found["answered"],
        group=submission.group,
        seconds=seconds["total"],
        seconds_by_part={
            **{part: taken for part, taken in seconds.items() if part != "total"},
            "record": time.monotonic() - start,
        },
    )


def write_feedback(course: Course, student_id: str) -> None:
    """Write a submission's feedback from its executed notebook and the gradebook; errors as `record`."""
    _run(_converter(_GenerateFeedback, course, student_id), course)


class _KeepsFailure(BaseConverter):
    """An nbgrader converter that remembers what it only logs: why a submission failed."""

    failure: Exception | None = None

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        self._kept(super().init_assignment, assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        self._kept(super().convert_single_notebook, notebook_filename)

    def _kept(self, step: Callable, *args: str) -> None:
        try:
            step(*args)
        except Exception as error:
            self.failure = error
            raise


class _Autograde(_KeepsFailure, Autograde):
    pass


class _GenerateFeedback(_KeepsFailure, GenerateFeedback):
    pass


def _converter(kind: type, course: Course, student_id: str) -> _Autograde | _GenerateFeedback:
    coursedir = CourseDirectory(config=course.config, log=log, student_id=student_id)
    return kind(coursedir=coursedir, config=course.config, log=log)


def _run(converter: _Autograde | _GenerateFeedback, course: Course) -> None:
    with course.gradebook.errors():
        try:
            converter.start()
        except NbGraderException:
            if converter.failure is None:
                raise
        if converter.failure is not None:  # raised here, so that it keeps its own context
            raise converter.failure
