"""What grades and feedback pages depend on, as digests: what has the same digest need not be made again."""

import hashlib
import math
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError
from jinja2.meta import find_referenced_templates
from nbgrader.api import Assignment, Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import GenerateFeedback
from sqlalchemy.orm import selectinload
from traitlets.config import Config

from autograder.engine.limits import Limits
from autograder.engine.parents import data_folder
from autograder.engine.plain import NOT_INHERITED
from autograder.errors import PracticalsError
from autograder.grading.collect import Submission
from autograder.grading.course import Course
from autograder.grading.results import AT_A_TIME
from autograder.grading.standing import Marks
from autograder.practical.digests import course_utils_folder, digest, modules_digest, package_digest
from course_utils.data import SYSTEM_FOLDER, chosen_folder

# What makes a grade of what was handed in, and records it
GRADES = (
    "autograder.engine.job", "autograder.engine.rebuild", "autograder.grading.collect",
    "autograder.grading.recording", "autograder.grading.rows",
)  # fmt: skip
PAGES = ("autograder.grading.feedback",)
METADATA = ("dist-info", "egg-info")  # folders that pip makes, NAME-VERSION.dist-info


def common_digest(course: Course, limits: Limits, sandboxed: bool) -> str:
    """Digest of what the grading of every submission depends on."""
    cells = course.assignment.graded.cells
    settings = {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith("COURSE_") and name not in NOT_INHERITED
    }
    return digest(
        [
            [[cell.cell_type, cell.source, cell.metadata] for cell in cells],
            sorted(course.assignment.formerly.items()),
            [[name, hashlib.sha256(path.read_bytes()).hexdigest()] for name, path in course.given.items()],
            _packages(),
            package_digest(course_utils_folder()),
            modules_digest(*GRADES),
            asdict(limits),
            sandboxed,
            settings,
            _data_sets(),
        ]
    )


def _packages() -> list[str]:
    """The installed packages with their versions, as their folders are named.

    Reading them from the metadata of each takes most of the time of the whole digest.
    """
    folders = (Path(name) for name in dict.fromkeys(sys.path) if name and Path(name).is_dir())
    return sorted({entry.name for one in folders for kind in METADATA for entry in one.glob(f"*.{kind}")})


def _data_sets() -> list:
    """The data sets that kernels find: where from, and each file's name, size and time of change."""
    folder = data_folder()
    named = chosen_folder()
    chosen = folder is not None and named is not None and folder == named.resolve()
    files = [
        (str(path.relative_to(place)), path.stat().st_size, path.stat().st_mtime_ns)
        for place in (folder, SYSTEM_FOLDER)
        if place is not None
        for path in sorted([*place.glob("*"), *place.glob("*/*")])
        if path.is_file()
    ]
    return ["COURSE_DATA_DIR" if chosen else "Keras' cache", files]


def submission_digest(common: str, submission: Submission) -> str:
    """Digest of what the grading of one submission, which has a notebook, depends on."""
    assert submission.notebook is not None
    return digest(
        [
            common,
            hashlib.sha256(submission.notebook.read_bytes()).hexdigest(),
            str(submission.timestamp),
            submission.remarks,
            submission.notes,
        ]
    )


def pages_digest(course: Course) -> str:
    """Digest of what every feedback page depends on: settings, template, and the code that makes pages.

    Raises:
        PracticalsError: the template is not there, or it has a mistake.
    """
    converter = GenerateFeedback(coursedir=course.coursedir, config=course.config)
    return digest(
        [
            [
                repr(course.config.get(section))
                for section in ("GenerateFeedback", "ClearHiddenTests", "FeedbackPage")
            ],
            dict(_templates(converter.exporter_class, course.config)),
            modules_digest(*PAGES),
        ]
    )


def page_digests(
    pages: str, book: Gradebook, practical: str, student_id: str | None = None
) -> dict[str, str]:
    """By student id, a digest of what a feedback page depends on, its executed notebook apart.

    Args:
        pages: from `pages_digest`.
        book: the gradebook; the page shows its scores and comments.
        practical: name of the practical.
        student_id: whose submission; default: everybody's, in a few queries for the whole class.
    """
    notebooks = selectinload(SubmittedAssignment.notebooks)
    query = (
        book.db.query(SubmittedAssignment)
        .join(SubmittedAssignment.assignment)
        .filter(Assignment.name == practical)
        .options(
            notebooks.selectinload(SubmittedNotebook.grades).undefer(Grade.max_score),
            notebooks.selectinload(SubmittedNotebook.comments).joinedload(Comment.cell),
        )
    )
    if student_id is not None:
        query = query.filter(SubmittedAssignment.student_id == student_id)
    return {one.student_id: _page_digest(pages, one) for one in query.yield_per(AT_A_TIME)}


def _page_digest(pages: str, submission: SubmittedAssignment) -> str:
    shown = [
        sorted([one.name, one.score, one.max_score, one.needs_manual_grade] for one in notebook.grades)
        + sorted([one.name, one.comment] for one in notebook.comments)
        for notebook in submission.notebooks
    ]
    penalty = math.fsum(notebook.late_submission_penalty or 0.0 for notebook in submission.notebooks)
    return digest([pages, shown, submission.total_seconds_late, penalty])


def page_digest(pages: str, marks: Marks) -> str:
    """The same for marks that the gradebook will have."""
    shown = sorted([name, one.score, one.most, one.needs_manual_grade] for name, one in marks.cells.items())
    shown += sorted([name, comment] for name, comment in marks.comments.items())
    return digest([pages, [shown], marks.late, marks.penalty or 0.0])


def _templates(exporter_class: type, config: Config) -> Iterator[tuple[str, str]]:
    """Name and text of the template of the pages, and of all that it includes or extends."""
    try:
        exporter = exporter_class(config=config)
        environment = exporter.environment
        seen, waiting = set(), [exporter.template.name]
        while waiting:
            if (name := waiting.pop()) is not None and name not in seen:
                seen.add(name)
                source, _, _ = environment.loader.get_source(environment, name)
                yield name, source
                waiting += find_referenced_templates(environment.parse(source))
    except TemplateError as error:
        where = f"{error.filename}, line {error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
        reason = f"{where}{type(error).__name__}: {error.message}"
        raise PracticalsError(
            f"the template of the feedback pages cannot be used ({reason})",
            "Correct it, or FeedbackExporter in nbgrader_config.py, and run the same command again",
        ) from error
