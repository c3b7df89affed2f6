"""What a grade depends on, as digests: a submission whose digest is the same need not be graded again."""

import hashlib
import importlib.metadata
import os
from dataclasses import asdict
from pathlib import Path

from autograder import engine
from autograder.build import course_utils_folder
from autograder.engine.assignment import given_files
from autograder.engine.execute import NOT_INHERITED
from autograder.engine.limits import Limits
from autograder.grading.collect import Submission
from autograder.grading.course import Course
from autograder.notebooks import digest, package_digest


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
            [
                [name, hashlib.sha256(path.read_bytes()).hexdigest()]
                for name, path in given_files(course.coursedir, course.practical).items()
            ],
            sorted(f"{package.name}=={package.version}" for package in importlib.metadata.distributions()),
            package_digest(course_utils_folder()),
            package_digest(Path(engine.__file__).parent),
            asdict(limits),
            sandboxed,
            settings,
        ]
    )


def submission_digest(common: str, submission: Submission) -> str:
    """Digest of what the grading of one submission depends on."""
    return digest(
        [
            common,
            hashlib.sha256(submission.notebook.read_bytes()).hexdigest(),
            str(submission.timestamp),
            submission.remarks,
            submission.notes,
        ]
    )
