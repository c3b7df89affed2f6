"""What is recorded of an executed submission; nbgrader's own converters, where a course sets them up anew.

`autograded` does what nbgrader's `Autograde` does to a notebook with this course's preprocessors, in any
process and without a gradebook; `rows` then writes the scores of many submissions together. `record` has
nbgrader's converter do both, for a course whose nbgrader_config.py asks for anything else.
"""

import time
from collections.abc import Callable

import nbformat
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import compute_checksum, is_grade, is_solution, is_task
from traitlets.config import Config

from autograder.engine.executor import ExecuteSplit
from autograder.engine.limits import incidents
from autograder.engine.points import SaveGrades, score_of
from autograder.engine.rebuild import RebuildSubmission
from autograder.files import write_atomically
from autograder.grading.collect import SECRET, TIMESTAMP, Submission
from autograder.grading.course import Course
from autograder.grading.logs import log
from autograder.grading.record import Record
from autograder.grading.standing import Earned
from autograder.practical.cells import name_of

NO_RESPONSE = "No response."  # nbgrader's comment on an answer that was left as it was


# What `autograded` knows; a course that configures anything else is recorded by nbgrader itself
SANITIZE = [
    RebuildSubmission, preprocessors.ClearOutput, preprocessors.DeduplicateIds,
    preprocessors.OverwriteKernelspec, preprocessors.OverwriteCells, preprocessors.CheckCellMetadata,
]  # fmt: skip
CHANGING = [preprocessors.IgnorePattern, ClearMetadataPreprocessor, preprocessors.LimitOutput]
AUTOGRADE = [
    ExecuteSplit, *CHANGING, SaveGrades, preprocessors.AssignLatePenalties, preprocessors.CheckCellMetadata,
]  # fmt: skip
KNOWN = {
    "Autograde": {"sanitize_preprocessors", "autograde_preprocessors"},
    "AssignLatePenalties": {"plugin_class"},
}
NOT_CONFIGURED = (
    "BaseConverter", "CheckCellMetadata", "ClearOutput", "ClearOutputPreprocessor", "DeduplicateIds",
    "Exporter", "FilesWriter", "NbConvertBase", "NbGraderPreprocessor", "NotebookExporter", "OverwriteCells",
    "OverwriteKernelspec", "Preprocessor", "SaveAutoGrades", "SaveGrades", "WriterBase",
)  # fmt: skip


def is_known(settings: Config) -> bool:
    """Whether `autograded` and `rows` do all that nbgrader would do with these settings of a course."""
    return (
        settings.Autograde.get("sanitize_preprocessors") == SANITIZE
        and settings.Autograde.get("autograde_preprocessors") == AUTOGRADE
        and all(set(settings[section]) <= names for section, names in KNOWN.items())
        and not {"groupshared", "student_id_exclude"} & set(settings.CourseDirectory)
        and not any(settings[section] for section in NOT_CONFIGURED)
    )


def autograded(executed: NotebookNode, config: Config, notes: list[str]) -> tuple[NotebookNode, Earned]:
    """The notebook that is kept of an executed submission, and what it earned.

    Args:
        executed: the rebuilt notebook with the outputs that the execution gave; it is changed.
        config: the course's.
        notes: sentences for student and instructor, which the notebook keeps.

    Raises:
        ValueError: a test gave more points than its cell has.
    """
    executed.metadata["practicals"] = {**executed.metadata["practicals"], "notes": notes}
    for kind in CHANGING:
        executed, _ = kind(config=config)(executed, {})  # nothing where it is turned off
    earned = Earned({}, {}, {})
    for cell in executed.cells:
        if is_grade(cell):
            earned.scores[name_of(cell)] = score_of(cell, log)
            earned.most[name_of(cell)] = float(cell.metadata.nbgrader.points)
        if is_solution(cell) or is_task(cell):
            unanswered = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            earned.comments[name_of(cell)] = NO_RESPONSE if unanswered and not is_task(cell) else None
    return executed, earned


def as_text(notebook: NotebookNode) -> str:
    """A notebook as nbgrader writes it."""
    text = nbformat.writes(notebook, version=4)
    return text if text.endswith("\n") else f"{text}\n"


def write(course: Course, student_id: str, notebook: str, page: str) -> None:
    """Write autograded notebook and feedback page, and beside them what nbgrader puts there.

    Args:
        course: the practical.
        student_id: whose.
        notebook: text.
        page: HTML; empty leaves what is there.
    """
    handed_in = course.collected / student_id / course.practical
    paths = {one: handed_in / one for one in (TIMESTAMP, SECRET) if (handed_in / one).is_file()}
    beside = {name: path.read_bytes() for name, path in (paths | course.given).items()}
    kept = course.autograded / student_id / course.practical / f"{course.practical}.ipynb"
    targets = [(kept, notebook, 0o444)]
    if page:
        targets.append((course.page(student_id), page, 0o644))
    for target, text, mode in targets:
        write_atomically(target, text)
        for name, content in beside.items():
            write_atomically(target.parent / name, content)
        for path in (target, *map(target.parent.joinpath, beside)):
            path.chmod(mode)
            for unfinished in path.parent.glob(f".{path.name}.*"):
                unfinished.unlink()  # of a run that was killed


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
