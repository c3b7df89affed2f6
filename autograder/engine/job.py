"""What executing a submission takes, and executing it: no course folder, no gradebook, on any machine."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.engine import split
from autograder.engine.assignment import Assignment, load_assignment
from autograder.engine.kernel import ParentEnded
from autograder.engine.limits import Limits
from autograder.engine.ownership import stored_names
from autograder.engine.parents import data_folder
from autograder.engine.rebuild import rebuild
from autograder.engine.sandbox import require_out_of_sight
from autograder.practical.cells import is_exercise, name_of
from autograder.practical.notebooks import read_notebook

FREE_BYTES = 20_000_000  # with less on the disk, a cell may have failed for want of space
MAX_FILES = 16 * 2**20  # bytes of the files that the course hands out beside a notebook


@dataclass(frozen=True)
class Job:
    """A rebuilt submission, with all that executing it takes: no course folder, no gradebook.

    Args:
        notebook: text of the rebuilt notebook (`autograder.engine.rebuild`).
        references: by grade_id, the names that the reference solutions store.
        files: content of what the course hands out beside the notebook, by path in the working folder.
        limits: what it may take.
        sandboxed: False runs it without isolation.
    """

    notebook: str
    references: dict[str, set[str]]
    files: dict[str, bytes]
    limits: Limits
    sandboxed: bool = True


@dataclass(frozen=True)
class Recipe:
    """What executing any submission of one assignment takes; made by `recipe`.

    Args:
        assignment: its two forms.
        references, files, limits, sandboxed: as in each `Job`.
    """

    assignment: Assignment
    references: dict[str, set[str]]
    files: dict[str, bytes]
    limits: Limits
    sandboxed: bool

    def job(self, submitted: NotebookNode) -> Job:
        """The job of a submitted notebook, which is rebuilt first. Threads may call this side by side."""
        return self.job_of_rebuilt(rebuild(self.assignment, submitted))

    def job_of_rebuilt(self, rebuilt: NotebookNode) -> Job:
        """The job of a notebook from `rebuild`."""
        return Job(nbformat.writes(rebuilt), self.references, self.files, self.limits, self.sandboxed)


def recipe(
    source: Path,
    config: Config,
    limits: Limits,
    *,
    sandboxed: bool = True,
    given: Mapping[str, Path] = MappingProxyType({}),
    hidden: Iterable[Path] = (),
) -> Recipe:
    """Put together what executing the submissions of an assignment takes.

    Args:
        source: its built source notebook.
        config: the course's nbgrader_config.py.
        limits: what one submission may take.
        sandboxed: False executes submissions without isolation.
        given: what the course hands out beside the notebook, by path in the working folder
            (`assignment.given_files`); of it, the first 16 MB are.
        hidden: folders that submissions must not see, the source's own apart.

    Raises:
        PracticalsError: the source is missing or unreadable, or lies, as may a hidden folder, where
            submissions can read it.
    """
    if sandboxed:
        require_out_of_sight(source.parent, *hidden, data=data_folder())
    return Recipe(
        load_assignment(source, config), reference_names(source), _read_files(given), limits, sandboxed
    )


def reference_names(source: Path) -> dict[str, set[str]]:
    """By grade_id, the names that the reference solutions of a source notebook store."""
    cells = read_notebook(source).cells
    return {name_of(cell): stored_names(cell.source) for cell in cells if is_exercise(cell)}


def _read_files(paths: Mapping[str, Path]) -> dict[str, bytes]:
    files, size = {}, 0
    for name, path in paths.items():
        size += path.stat().st_size
        if size > MAX_FILES:
            break
        files[name] = path.read_bytes()
    return files


def execute_job(job: Job) -> tuple[str, dict[str, float]]:
    """Execute a submission, with the parent of kernels that this process has, or starts now.

    Where that parent ends, all kernels end with it, through no fault of theirs: the submission is then
    executed once more, with a new one.

    Returns:
        the executed notebook as text, and the seconds that this took: in all (`total`), and in the parts that
        `split.execute_notebook` names.

    Raises:
        CourseCellFailed: a given cell failed, through no fault of the student's.
        ParentEnded: it ended again.
        OSError: the disk is (nearly) full, so that failed cells would say nothing about the student.
    """
    start = time.monotonic()
    rebuilt = nbformat.reads(job.notebook, as_version=4)
    seconds: dict[str, float] = {}
    try:
        executed = _executed(rebuilt, job, seconds)
    except ParentEnded:
        executed = _executed(rebuilt, job, seconds)
    # in the sandbox, nothing is written to a disk
    if not job.sandboxed and shutil.disk_usage(tempfile.gettempdir()).free < FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())
    return nbformat.writes(executed), {**seconds, "total": time.monotonic() - start}


def _executed(rebuilt: NotebookNode, job: Job, seconds: dict[str, float]) -> NotebookNode:
    return split.execute_notebook(
        rebuilt, job.limits, job.files,
        references=job.references, sandboxed=job.sandboxed, seconds=seconds,
    )  # fmt: skip
