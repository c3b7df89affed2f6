"""Grades one notebook file by itself: no class folder, no gradebook; only the JSON asked for is written."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, LimitOutput
from nbgrader.utils import is_grade
from rich.console import Console
from rich.table import Table
from traitlets.config import Config

from autograder.engine.assignment import Assignment, given_files, source_notebook
from autograder.engine.executor import settings
from autograder.engine.faults import CourseCellFailed
from autograder.engine.job import Job, execute_job, recipe
from autograder.engine.limits import incidents
from autograder.engine.points import score_of
from autograder.errors import PracticalsError
from autograder.files import writable, write_atomically
from autograder.grading.collect import UnusableError, read_submitted
from autograder.grading.feedback import checks_as_data, checks_as_text
from autograder.grading.record import Record
from autograder.grading.results import (
    CellScore,
    Result,
    for_terminal,
    points_in_words,
    status_in_words,
)
from autograder.practical.cells import name_of
from autograder.practical.paths import course_config, course_root, source_text
from autograder.practical.points import points_of
from autograder.practical.testcells import exercise_titles
from course_utils.results import ExerciseResult

log = logging.getLogger("autograder.nbgrader")


@dataclass(frozen=True)
class GradedNotebook:
    """What grading one notebook gives.

    Args:
        result: as for a submission of a class; the student id is the file's name.
        feedback: what the checks said, as text, by the `grade_id` of each test cell.
        checks: what they handed on as data, of those that did.
        assignment: the practical's two forms, which tell hidden tests from visible ones.
    """

    result: Result
    feedback: dict[str, str]
    checks: dict[str, ExerciseResult]
    assignment: Assignment

    def as_json(self) -> str:
        """As an entry of `results.as_json`, where the test cells have `feedback` and `checks`, too."""
        report = asdict(self.result)
        for cell in report["cells"]:
            name = cell["grade_id"]
            if name in self.feedback:
                cell["feedback"] = self.feedback[name]
            if name in self.checks:
                cell["checks"] = self.checks[name].as_data()
        return json.dumps(report, indent=1, ensure_ascii=False, default=datetime.isoformat) + "\n"


def grade_and_show(
    name: str,
    notebook: Path,
    console: Console,
    json_file: Path | None = None,
    cell_seconds: int | None = None,
    sandboxed: bool = True,
    as_text: Callable[[GradedNotebook], str] = GradedNotebook.as_json,
) -> GradedNotebook:
    """Grade one notebook and show points and feedback; see `grade_notebook`.

    Args:
        name: a practical of the course folder around the working directory, or a built source notebook.
        notebook: what a student handed in.
        console: where the table goes.
        json_file: where the result goes as JSON; "-" is standard output. Default: nowhere.
        cell_seconds: of processor time that one cell may take; default: what nbgrader_config.py says.
        sandboxed: False executes it without isolation.
        as_text: makes the JSON; default: this package's own form.

    Raises:
        PracticalsError: there is no such practical or file, or student code cannot be isolated here.
    """
    source = Path(name)
    if source.suffix != ".ipynb":
        root = course_root()
        source_text(root, name)
        source = root / "source" / name / f"{name}.ipynb"
    if not os.path.lexists(notebook):
        raise PracticalsError(f"{notebook} does not exist", "Name the student's .ipynb file with --notebook")
    graded = grade_notebook(notebook, source, cell_seconds, sandboxed)
    if json_file == Path("-"):
        print(as_text(graded), end="")
    elif json_file is not None:
        writable(json_file.resolve().parent)
        write_atomically(json_file, as_text(graded))
    console.print(_as_table(graded))
    return graded


def grade_notebook(
    notebook: Path, source: Path, cell_seconds: int | None = None, sandboxed: bool = True
) -> GradedNotebook:
    """Grade one notebook with the engine that grades classes.

    Args:
        notebook: what a student handed in.
        source: the practical's built source notebook, `p.ipynb`. In a course folder, that course's
            nbgrader_config.py counts, and its files are handed out; elsewhere nbgrader's defaults count.
        cell_seconds: of processor time that one cell may take; default: what nbgrader_config.py says.
        sandboxed: False executes it without isolation.

    Returns:
        points and feedback, or a result that says why the notebook cannot be graded.

    Raises:
        PracticalsError: the source is missing or unreadable, a setting of nbgrader_config.py cannot be, or
            student code cannot be isolated here.
    """
    source = source.resolve()
    root, config, given = _course(source)
    limits, sandboxed = settings(config, cell_seconds=cell_seconds, sandboxed=sandboxed)
    made = recipe(source, config, limits, sandboxed=sandboxed, given=given)
    record, executed = Record(), None
    try:
        content, record.remarks = read_submitted(notebook, source.stem, made.assignment, root)
        job = made.job(nbformat.reads(content.decode(), as_version=4))
        executed = _executed(job, config, record)
    except UnusableError as error:
        record.problem, record.remedy = error.problem, error.remedy
    except CourseCellFailed as error:
        record.problem, record.remedy = str(error), error.remedy
    result = _result(notebook.stem, source.stem, made.assignment, executed, record)
    if executed is None:
        return GradedNotebook(result, {}, {}, made.assignment)
    delimiters = ClearHiddenTests(config=config)
    feedback, checks = checks_as_text(executed, delimiters), checks_as_data(executed, delimiters)
    return GradedNotebook(result, feedback, checks, made.assignment)


def _course(source: Path) -> tuple[Path | None, Config, dict[str, Path]]:
    """The course that a source notebook lies in, its settings of nbgrader, what it hands out beside it."""
    try:
        root = course_root(source.parent)
    except PracticalsError:
        return None, Config(), {}  # what lies beside the notebook may be the solutions' text
    config = course_config(root)
    coursedir = CourseDirectory(config=config, root=str(root))
    if source != source_notebook(coursedir, source.stem, source.stem):
        return root, config, {}
    return root, config, given_files(coursedir, source.stem)


def _executed(job: Job, config: Config, record: Record) -> NotebookNode:
    """The executed notebook; what there is to say of its execution goes into the record."""
    text, seconds = execute_job(job)
    executed = nbformat.reads(text, as_version=4)
    record.remarks = [*record.remarks, *incidents(executed)]
    record.notes = executed.metadata["practicals"]["notes"]
    record.answered = executed.metadata["practicals"]["answered"]
    record.seconds, record.seconds_by_part = seconds.pop("total"), seconds
    return LimitOutput(config=config).preprocess(executed, {})[0]


def _result(
    student_id: str, practical: str, assignment: Assignment, executed: NotebookNode | None, record: Record
) -> Result:
    """The points as nbgrader gives them."""
    cells = [] if executed is None else list(cell_scores(executed))
    scores = [cell.score for cell in cells if cell.score is not None]
    return Result(
        student_id=student_id,
        assignment=practical,
        graded=not record.problem,
        status=status_in_words(record),
        remedy=record.remedy,
        score=sum(scores) if cells else None,
        max_score=sum(cell.metadata.nbgrader.points for cell in assignment.graded.cells if is_grade(cell)),
        manual_points_pending=sum(cell.max_score for cell in cells if cell.score is None),
        late_seconds=0.0,
        late_penalty=0.0,
        submitted=None,
        notes=record.notes,
        seconds=record.seconds,
        seconds_by_part=record.seconds_by_part,
        cells=cells,
    )


def cell_scores(executed: NotebookNode) -> Iterator[CellScore]:
    """The scores of an executed notebook's graded cells, as nbgrader's autograder gives them."""
    titles = exercise_titles(executed)
    for cell in executed.cells:
        if is_grade(cell):
            score, name = score_of(cell, log), name_of(cell)
            yield CellScore(name, titles[name], score, points_of(cell), score is None)


def _as_table(graded: GradedNotebook) -> Table:
    result = graded.result
    table = Table(title=for_terminal(f"{result.student_id}: {result.status}"))
    table.add_column("Exercise")
    table.add_column("Points", justify="right", no_wrap=True)
    table.add_column("Checks")
    for cell in result.cells:
        points = "by hand" if cell.score is None else f"{cell.score:g} of {cell.max_score:g}"
        table.add_row(for_terminal(cell.title), points, _lines(graded.feedback.get(cell.grade_id, "")))
    table.caption = for_terminal(" ".join([points_in_words(result), *result.notes, result.remedy]).strip())
    return table


def _lines(text: str) -> str:
    return "\n".join(map(for_terminal, text.splitlines()))
